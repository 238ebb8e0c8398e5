from dataclasses import replace

import numpy as np
import pytest

from mmfer.synthetic.layouts import LAYOUTS, build_layout
from mmfer.synthetic.layouts.layout import (
    ImageLayout,
    five_points,
    landmarks_of,
    numbered,
    zoomed,
)
from mmfer.synthetic.layouts.presets import Options

IMAGE_LAYOUTS = [name for name, layout in LAYOUTS.items() if issubclass(layout, ImageLayout)]


def test_five_points():
    landmarks = np.arange(136, dtype=np.float32).reshape(68, 2)
    landmarks[36:42] = [[0, 0], [1, -1], [2, -1], [3, 0], [2, 1], [1, 1]]
    points = five_points(landmarks)
    assert points.shape == (5, 2)
    np.testing.assert_allclose(points[0], [1.5, 0])
    np.testing.assert_allclose(points[1], landmarks[42:48].mean(0))
    np.testing.assert_allclose(points[2:], landmarks[[30, 48, 54]])


def test_landmarks_of():
    truth = {'keypoints': [v for i in range(68) for v in (i, 100 + i, 1)]}
    np.testing.assert_array_equal(landmarks_of(truth)[[0, 67]], [[0, 100], [67, 167]])


def test_image_numbers_of_splits_do_not_overlap():
    starts = {'train': 1, 'val': 11, 'test': 14}
    assert [numbered(starts, s, 2) for s in starts] == [3, 13, 16]
    assert numbered(starts, 'test', 99) == 113
    with pytest.raises(ValueError, match='The val part has room for 3 images'):
        numbered(starts, 'val', 3)


def test_zoomed():
    options = Options.build('hard')
    wider = zoomed(options, 1.2)
    assert wider.conditions.zoom == pytest.approx((0.78, 1.176))
    conditions = replace(wider.conditions, zoom=options.conditions.zoom)
    assert replace(wider, conditions=conditions) == options


@pytest.mark.parametrize('name', LAYOUTS)
def test_every_layout_is_complete(name: str):
    layout = build_layout(name)
    count = len(layout.classes)
    assert set(layout.recipes) >= set(layout.classes)
    assert len(layout.parents) == count and max(layout.parents) < len(layout.coarse)
    assert all(len(shares) == count for shares in layout.shares.values())
    assert len(set(layout.captions())) == len(layout.captions())
    for name, preset in layout.presets.items():
        options = Options.build(name, presets=layout.presets)
        assert layout.adapted(options).images == preset.images


@pytest.mark.parametrize('name', IMAGE_LAYOUTS)
def test_every_image_has_a_path_of_its_own(name: str):
    layout = build_layout(name)
    count = len(layout.classes)
    paths = {layout.image_path(s, i, i % count) for s in layout.splits for i in range(50)}
    assert len(paths) == 50 * len(layout.splits)
    image, *companions = layout.paths(layout.splits[0], 3, 1, {})
    assert image == layout.image_path(layout.splits[0], 3, 1)
    assert tuple(companions) == layout.companion_paths(layout.splits[0], 3)


def test_people_have_equally_many_samples():
    assert build_layout('rafdb').people(5, 2) == [0, 0, 1, 1, 2]


@pytest.mark.parametrize('name', ['fgemotions', 'rafdb'])
def test_the_first_layouts_do_not_change_options_people_and_scenes(name: str):
    layout, options = build_layout(name), Options.build('hard')
    assert layout.adapted(options) == options
    rng = np.random.default_rng(0)
    scene = object()
    assert layout.staged(scene, rng) is scene  # type: ignore[arg-type]
    assert rng.random() == np.random.default_rng(0).random()
