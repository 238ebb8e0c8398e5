"""Every transform of mmfer that moves or hides a face, with every derived field."""

from typing import Any

import numpy as np
import pytest
from mmcv.transforms import BaseTransform

import mmfer.datasets.transforms as transforms
from mmfer.datasets import Cached, CropRegions, GeometricTransform, LandmarkMask, RandomFaceFlip
from mmfer.datasets.transforms.derived_fields import DERIVED_FIELDS
from mmfer.registry import TRANSFORMS
from tests.datasets.disk import write_image
from tests.datasets.transforms.test_regions import SIZE, face

OPTIONS: dict[str, dict[str, Any]] = {
    'AlignFace': {'size': 40},
    'Cached': {'transforms': [{'type': 'ResizeFace', 'size': 40}]},
    'CropRegions': {'size': 40},
    'FaceCrop': {'size': 40},
    'LoadClip': {'transforms': [{'type': 'LoadExpressionImage'}], 'register': False},
    'RandomFaceCrop': {'size': 40},
    'RandomFaceFlip': {'prob': 1.0},
    'RandomOccluders': {'prob': 1.0, 'most': 9},
    'RandomPhotograph': {'prob': 1.0},
    'ResizeFace': {'size': 40},
}
"""Options with which a transform certainly does something, where the defaults do not."""


class MotionInput(transforms.MotionInput):
    """Takes the first two channels of an image for two frames."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        frames = results['img'][..., :2].astype(np.float32)
        return super().transform({**results, 'img': frames})


OURS = sorted(
    name
    for name, kind in TRANSFORMS.module_dict.items()
    if kind.__module__.startswith(transforms.__name__)
)
SOURCES: dict[str, BaseTransform] = {
    'landmark_mask': LandmarkMask(),
    'region_valid': CropRegions(SIZE),
    'motion': MotionInput(),
}
MADE_AFTER = {
    *('CropRegions', 'LandmarkMask', 'LoadClip', 'LoadExpressionImage', 'MotionInput'),
    'PackExpression',
}
OF_PHOTOGRAPHS = {'RandomOccluders', 'RandomPhotograph', 'SensorNoise'}
"""Transforms of images (H, W, 3) uint8, which motions are not."""


def sample(tmp_path: Any) -> dict[str, Any]:
    path = write_image(tmp_path / 'a.png', size=(SIZE, SIZE))
    return {
        **face(),
        'img_path': str(path),
        'onset_path': str(path),
        'face_box': np.array([10, 12, 60, 70], np.float32),
        'landmark_scores': np.ones(68, np.float32),
    }


def build(name: str) -> BaseTransform:
    if name == 'MotionInput':
        return SOURCES['motion']
    return TRANSFORMS.build({'type': name, **OPTIONS.get(name, {})})


def known_to_the_face(results: dict[str, Any]) -> list[Any]:
    fields = ('landmarks', 'landmark_scores', 'face_box')
    return [results['img'].shape, *(results[field].tolist() for field in fields)]


def test_every_derived_field_is_tested_here(tmp_path: Any) -> None:
    assert set(SOURCES) == set(DERIVED_FIELDS)
    for field, source in SOURCES.items():
        assert type(source).__name__ == DERIVED_FIELDS[field]
        assert field in source(sample(tmp_path))


@pytest.mark.parametrize(
    ('name', 'field'),
    [
        (name, field)
        for name in sorted(set(OURS) - MADE_AFTER - {'JitterFaceBox'})
        for field in sorted(DERIVED_FIELDS)
        if field != 'motion' or name not in OF_PHOTOGRAPHS
    ],
)
def test_a_derived_field_is_correct_afterwards_or_refused(
    name: str, field: str, tmp_path: Any
) -> None:
    """Changes of landmarks, scores or size of an image spoil fields derived from them."""
    plain = sample(tmp_path)
    np.random.seed(0)  # noqa: NPY002
    changes = known_to_the_face(build(name)(dict(plain))) != known_to_the_face(plain)
    derived = SOURCES[field](plain)
    np.random.seed(0)  # noqa: NPY002
    if not changes:
        np.testing.assert_array_equal(build(name)(derived)[field], derived[field])
        return
    try:
        after = build(name)(dict(derived))
    except ValueError as error:
        source = DERIVED_FIELDS[field]
        assert f'"{field}" of "{plain["img_path"]}" wrong' in str(error)
        assert f'before {source} in the pipeline' in str(error) or name == source
    else:
        assert 'region_valid' not in derived, 'nothing may follow the strip of regions'
        again = SOURCES[field]({k: v for k, v in after.items() if k != field})
        np.testing.assert_array_equal(after[field], again[field])


@pytest.mark.parametrize('name', OURS)
def test_transforms_that_move_landmarks_are_geometric(name: str, tmp_path: Any) -> None:
    """Derived fields are refused in one place, the class of geometric transforms."""
    transform = build(name)
    before = sample(tmp_path)
    after = transform(dict(before))
    moves = 'landmarks' in after and not np.array_equal(after['landmarks'], before['landmarks'])
    assert isinstance(transform, GeometricTransform) == (
        moves and not isinstance(transform, Cached)
    )


@pytest.mark.parametrize('prob', [0.0, 1.0])
def test_a_mask_before_a_flip_is_refused_even_without_a_flip(prob: float) -> None:
    with pytest.raises(ValueError, match='Put RandomFaceFlip before LandmarkMask'):
        RandomFaceFlip(prob)(LandmarkMask()(face()))


def test_a_mask_stays_correct_in_the_strip() -> None:
    both = CropRegions(28)(LandmarkMask()(face()))
    np.testing.assert_array_equal(both['landmark_mask'], LandmarkMask()(face())['landmark_mask'])
    with pytest.raises(ValueError, match='Remove one CropRegions'):
        CropRegions(28)(both)


def test_a_subclass_must_define_its_geometry() -> None:
    with pytest.raises(NotImplementedError):
        GeometricTransform()(face())
