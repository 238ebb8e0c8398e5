"""Images without a face are found before the first step."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmcv.transforms import BaseTransform, Compose

from mmfer.datasets import ExpressionFolder
from mmfer.datasets.faceless import points_needed
from mmfer.datasets.transforms import AlignFace, Cached, LoadClip
from mmfer.engine import train
from mmfer.faces import Face, ImageFaces, write_sidecar
from tests.datasets.disk import write_image
from tests.helpers import tiny_config

LOAD, ALIGN = dict(type='LoadExpressionImage'), dict(type='AlignFace', size=32)


def folder(root: Path, without: set[str], five: bool = False) -> Path:
    """Two classes of three images; some have no face in the sidecar."""
    images = []
    for name in [f'train/{label}/{i}.png' for label in 'ab' for i in range(3)]:
        write_image(root / name, 1, (40, 40))
        points = np.random.default_rng(0).uniform(5, 30, (68, 2))
        face = Face(
            np.array([1.0, 2, 30, 35]), 0.9, points[:5] if five else None,
            None if five else points, None if five else np.ones(68),
        )  # fmt: skip
        images.append(ImageFaces(name, 40, 40, () if name in without else (face,)))
    (root / 'annotations').mkdir(parents=True)
    write_sidecar(root / 'annotations' / 'train.json', images)
    return root


def read(root: Path, *steps: dict, **options: Any) -> ExpressionFolder:
    return ExpressionFolder(str(root), classes=('a', 'b'), pipeline=list(steps), **options)


class FindsLandmarks(BaseTransform):
    def transform(self, results: dict) -> dict:
        return {**results, 'landmarks': np.random.default_rng(0).uniform(5, 30, (68, 2))}


@pytest.mark.parametrize('step', [ALIGN, dict(type='Cached', transforms=[LOAD, ALIGN])])
def test_a_face_without_landmarks_is_named_at_the_start(tmp_path: Path, step: dict) -> None:
    root = folder(tmp_path, {'train/b/1.png'})
    message = (
        r'1 of 6 images have no landmarks, which AlignFace needs: \S+train/b/1.png\. .*prepare'
    )
    with pytest.raises(ValueError, match=message):
        read(root, step)
    assert len(read(root)) == len(read(root, LOAD)) == 6
    assert len(read(root, FindsLandmarks(), ALIGN)) == 6


def test_images_without_a_face_are_left_out_and_reported(tmp_path: Path, log: list[str]) -> None:
    root = folder(tmp_path, {'train/b/1.png', 'train/a/0.png'})
    for steps in ((LOAD, ALIGN), ()):  # cross validation reads the samples without a pipeline
        data = read(root, *steps, faceless='leave_out')
        assert [Path(name).name for name in data.faceless_images] == ['0.png', '1.png']
        assert len(data) == 4
    assert all(
        data['img'].shape == (32, 32, 3) for data in read(root, LOAD, ALIGN, faceless='leave_out')
    )
    assert any('2 of 6 images have no landmarks and are left out' in line for line in log)
    with pytest.raises(ValueError, match="faceless='skip'"):
        read(root, faceless='skip')


def test_either_kind_of_points_is_enough(tmp_path: Path) -> None:
    root = folder(tmp_path, set(), five=True)
    assert len(read(root, dict(ALIGN, points=('landmarks5', 'landmarks')))) == 6
    assert len(read(root, faceless='leave_out')) == 6
    with pytest.raises(ValueError, match='6 of 6 images have no landmarks, which AlignFace'):
        read(root, ALIGN)


def test_transforms_say_what_they_need() -> None:
    clip = LoadClip([LOAD]), LoadClip([LOAD], register=False)
    assert points_needed(Compose([clip[0]])) == [('LoadClip', ('landmarks',))]
    assert points_needed(Compose([clip[1]])) == []
    assert points_needed(AlignFace(32, points=('eyes_nose',))) == [('AlignFace', ('landmarks',))]
    both = ('landmarks5', 'landmarks')
    nested = Compose([Cached([dict(ALIGN, points=both)]), AlignFace(32)])
    assert points_needed(nested) == [('AlignFace', both), ('AlignFace', ('landmarks',))]


def test_a_training_stops_before_its_first_step(image_folder: Path, tmp_path: Path) -> None:
    data = dict(
        type='ExpressionFolder',
        data_root=str(folder(tmp_path / 'faces', {'train/b/1.png'})),
        classes=('a', 'b'),
        pipeline=[LOAD, ALIGN, dict(type='PackExpression')],
    )
    extra = f"train_dataloader['dataset'] = {data!r}\n"
    with pytest.raises(ValueError, match='1 of 6 images have no landmarks, which AlignFace needs'):
        train(tiny_config(tmp_path, image_folder, None, extra))
    assert not list(tmp_path.rglob('*.pth'))
