from pathlib import Path

import numpy as np

from mmfer.datasets.care.fingerprints import fingerprint
from mmfer.datasets.care.look_alikes import NONE, first_look_alikes
from tests.datasets.care.sets import drawing


def test_only_images_that_show_the_same_are_pairs(tmp_path: Path):
    samples = []
    for number in range(30):
        path = tmp_path / f'{number}.png'
        drawing(number).save(path)
        samples.append({'img_path': str(path)})
    for number in (3, 17):
        path = tmp_path / f'{number}.jpg'
        drawing(number).save(path, quality=80)
        samples.append({'img_path': str(path)})
    prints = [fingerprint(sample) for sample in samples]
    firsts = np.arange(len(samples))[:, None]
    found = first_look_alikes(samples, prints, firsts)[:, 0]
    assert {int(i): int(found[i]) for i in np.nonzero(found != NONE)[0]} == {
        3: 30,
        17: 31,
        30: 3,
        31: 17,
    }
    assert first_look_alikes([], [], np.zeros((0, 2), int)).shape == (0, 2)


def test_a_kind_that_no_image_has_is_not_found(tmp_path: Path):
    samples = []
    for suffix in ('png', 'jpg'):
        path = tmp_path / f'face.{suffix}'
        drawing(3).save(path)
        samples.append({'img_path': str(path)})
    prints = [fingerprint(sample) for sample in samples]
    firsts = np.array([[NONE, 5], [8, NONE]])
    assert first_look_alikes(samples, prints, firsts).tolist() == [[8, NONE], [NONE, 5]]
