from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.presets import PRESETS
from mmfer.synthetic.render.scene import OCCLUDERS
from mmfer.synthetic.sampling import RESTING, sample_expression, sample_shot

FG, RAF = build_layout('fgemotions'), build_layout('rafdb')
STANDARD, HARD = PRESETS['standard'].conditions, PRESETS['hard'].conditions
STILL = replace(STANDARD, intensity=(0.8, 0.8), jitter=0.0)


def _shots(layout, conditions, count=300):
    return [
        sample_shot(layout, i % len(layout.classes), conditions, np.random.default_rng(i))
        for i in range(count)
    ]


def test_the_same_seed_gives_an_equal_shot():
    first, second = (sample_shot(FG, 3, HARD, np.random.default_rng(1)) for _ in range(2))
    assert first == second
    assert first != sample_shot(FG, 3, HARD, np.random.default_rng(2))


def test_some_heads_turn_evenly_far():
    turned = PRESETS['turned'].conditions
    shots, others = _shots(RAF, turned, 600), _shots(RAF, HARD, 600)
    changed = [s.scene for s, o in zip(shots, others, strict=True) if s != o]
    assert 200 < len(changed) < 280
    assert [replace(s.scene, yaw=0) for s in shots] == [replace(o.scene, yaw=0) for o in others]
    yaws = np.abs([scene.yaw for scene in changed])
    assert yaws.max() <= 75
    counts = np.histogram(yaws, bins=5, range=(0, 75))[0]
    assert counts.min() > 0.6 * len(changed) / 5


def test_variants_are_drawn_evenly_and_only_on_request():
    name = RAF.classes[3]
    known = [RAF.recipes[name], *RAF.variants[name]]
    plain = Counter(shot.expression.recipe.source for shot in _shots(RAF, STILL, 700))
    assert set(plain) == {RAF.recipes[name].source for name in RAF.classes}
    varied = [
        sample_shot(RAF, 3, replace(STILL, variants=True), np.random.default_rng(i))
        for i in range(600)
    ]
    counts = Counter(shot.expression.recipe.source for shot in varied)
    assert set(counts) == {recipe.source for recipe in known}
    assert min(counts.values()) > 0.7 * 600 / len(known)


def test_blends_draw_variants_of_both_classes():
    blended = replace(STILL, variants=True, blend_rate=1.0)
    sources = {shot.expression.recipe.source for shot in _shots(RAF, blended, 2000)}
    assert len(sources) > 7 * 6 * 4  # more than one recipe for each class would give 7 * 6


def test_action_units_are_scaled_by_the_intensity():
    label = RAF.classes.index('happiness')
    shown = sample_expression(RAF, label, STILL, np.random.default_rng(0))
    full = RAF.recipes['happiness'].action_units
    got = {au: x for au, x in shown.recipe.action_units.items() if au in full}
    assert got == pytest.approx({au: 0.8 * x for au, x in full.items()})
    assert shown.intensity == 0.8
    assert shown.distribution == {'happiness': 1.0}


def test_resting_faces_show_some_units_weakly():
    rested = replace(STILL, resting=0.3)
    label = RAF.classes.index('neutral')
    units = [
        sample_expression(RAF, label, rested, np.random.default_rng(i)).recipe.action_units
        for i in range(400)
    ]
    for au in RESTING:
        shown = [one[au] for one in units if au in one]
        assert 0.15 < len(shown) / len(units) < 0.35
        assert 0.25 < max(shown) <= 0.3
    still = sample_expression(RAF, label, STILL, np.random.default_rng(0)).recipe
    assert set(still.action_units) <= {'43'}


def test_shade_is_drawn_on_request_and_changes_nothing_else():
    shaded = _shots(RAF, replace(HARD, shade=(0.2, 0.8)))
    plain = _shots(RAF, HARD)
    shades = [shot.scene.shade for shot in shaded]
    assert 0.2 <= min(shades) < 0.25 and 0.75 < max(shades) <= 0.8
    assert [replace(s.scene, shade=0.0) for s in shaded] == [s.scene for s in plain]


def test_asymmetric_expressions_are_mirrored_in_half_of_the_images():
    label = FG.classes.index('contempt')
    sides = Counter(
        'L12' in sample_expression(FG, label, STILL, np.random.default_rng(i)).recipe.action_units
        for i in range(200)
    )
    assert 70 < sides[True] < 130


def test_distributions_of_blends():
    conditions = replace(HARD, blend_rate=1.0)
    siblings = 0
    for i, shot in enumerate(_shots(FG, conditions)):
        distribution = shot.expression.distribution
        label = i % len(FG.classes)
        assert len(distribution) == 2
        assert sum(distribution.values()) == pytest.approx(1, abs=1e-9)
        assert max(distribution, key=distribution.__getitem__) == FG.classes[label]
        parents = {FG.parents[FG.classes.index(name)] for name in distribution}
        siblings += len(parents) == 1
    assert 0.4 < siblings / 300 < 0.75


def test_a_blend_shows_action_units_of_both():
    conditions = replace(STILL, blend_rate=1.0)
    label = RAF.classes.index('happiness')
    for seed in range(20):
        shown = sample_expression(RAF, label, conditions, np.random.default_rng(seed))
        second, weight = list(shown.distribution.items())[1]
        twelve = 0.8 * (1 - weight) * RAF.recipes['happiness'].action_units['12']
        assert shown.recipe.action_units['12'] == pytest.approx(twelve)
        assert set(RAF.recipes[second].action_units) <= set(shown.recipe.action_units)


def test_conditions_are_kept():
    scenes = [shot.scene for shot in _shots(FG, HARD)]
    assert {s.occluder for s in scenes} == {*OCCLUDERS, None}
    assert 0.15 < np.mean([s.occluder is not None for s in scenes]) < 0.35
    assert all(HARD.zoom[0] <= s.zoom <= HARD.zoom[1] for s in scenes)
    assert all(HARD.light_azimuth[0] <= s.light[0] <= HARD.light_azimuth[1] for s in scenes)
    qualities = [s.jpeg_quality for s in scenes if s.jpeg_quality is not None]
    assert 0.6 < len(qualities) / 300 < 0.8
    assert 20 <= min(qualities) <= max(qualities) <= 90
    assert 17 < np.std([s.yaw for s in scenes]) < 27
    assert not any(s.scene.occluder for s in _shots(FG, STANDARD))


def test_face_units_stay_in_range():
    for shot in _shots(FG, HARD) + _shots(FG, STANDARD):
        assert all(0 <= x <= 1.5 for x in shot.scene.face_units.values())
        assert shot.scene.face_units['eyeLookUpLeft'] == max(0, shot.gaze[1])
