from dataclasses import asdict

import numpy as np

from mmfer.synthetic import Renderer, Scene
from mmfer.synthetic.people.marked_people import marked
from mmfer.synthetic.people.random_people import sample_person

CHANGED = {'lip', 'brow_opacity', 'brow_thickness', 'lashes', 'eye_bags', 'wrinkles'}


def test_features_become_darker_and_the_rest_stays():
    for seed in range(40):
        plain = sample_person(np.random.default_rng(seed))
        person = marked(plain)
        assert person == marked(plain)
        before, after = asdict(plain), asdict(person)
        assert {name for name in before if before[name] != after[name]} <= CHANGED
        assert all(x <= y for x, y in zip(person.lip, plain.lip, strict=True))
        assert person.brow_opacity >= 0.85 and person.brow_thickness >= plain.brow_thickness
        assert person.eye_bags >= plain.eye_bags and person.wrinkles >= plain.wrinkles


def test_a_gray_image_has_more_contrast_in_the_face(renderer: Renderer):
    ratios = []
    for seed in range(6):
        plain = sample_person(np.random.default_rng(seed), age=0.45, gender=0.1)
        spread = []
        for person in (plain, marked(plain)):
            shown = renderer.render(person, Scene(close=True, zoom=0.8, noise=0.0), 96)
            x1, y1, x2, y2 = (round(v) for v in shown.face_box)
            spread.append(shown.image[y1:y2, x1:x2].mean(2).std())
        ratios.append(spread[1] / spread[0])
    assert np.mean(ratios) > 1.03
