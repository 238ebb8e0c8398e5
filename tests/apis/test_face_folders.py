"""Folders of face crops for calibration and measurement."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.apis import FERInferencer, face_folders
from mmfer.apis.face_folders import accuracy, calibration_images, labelled_crops
from tests.apis.model_files import FACE_CROP, write_model
from tests.helpers import CLASSES, write_images


def test_calibration_images_are_what_the_model_sees(
    inferencer: FERInferencer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_images(tmp_path, 6)
    paths = sorted(tmp_path.rglob('*.png'))
    pixels = np.stack([np.asarray(Image.open(path)) for path in paths]).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(calibration_images(inferencer, tmp_path), pixels)
    monkeypatch.setattr(face_folders, 'MOST_CALIBRATION_IMAGES', 3)
    few = calibration_images(inferencer, tmp_path)
    np.testing.assert_array_equal(few, pixels[[0, 2, 5]])


def test_an_empty_folder_is_refused(inferencer: FERInferencer, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='holds no image'):
        calibration_images(inferencer, tmp_path)


def test_accuracy_is_the_share_of_right_answers(inferencer: FERInferencer, tmp_path: Path) -> None:
    write_images(tmp_path, 9)
    crops = labelled_crops(inferencer, tmp_path / 'train')
    assert [label for _, label in crops] == [0] * 3 + [1] * 3 + [2] * 3
    images = [np.asarray(Image.open(path)) for path, _ in crops]
    answers = [max(one, key=one.__getitem__) for one in inferencer.classify(images)]
    right = [answer == CLASSES[label] for answer, (_, label) in zip(answers, crops, strict=True)]
    assert accuracy(inferencer, crops) == np.mean(right)


def test_folders_that_are_no_classes_are_refused(inferencer: FERInferencer, tmp_path: Path) -> None:
    write_images(tmp_path, 3)
    with pytest.raises(ValueError, match='Folder ".*train": "train" is not a class'):
        labelled_crops(inferencer, tmp_path)
    with pytest.raises(ValueError, match='next to the class folders'):
        labelled_crops(inferencer, tmp_path / 'train' / 'anger')
    (tmp_path / 'empty' / 'anger').mkdir(parents=True)
    with pytest.raises(ValueError, match='has no images. Give a subfolder'):
        labelled_crops(inferencer, tmp_path / 'empty')
    with pytest.raises(FileNotFoundError, match='There is no folder'):
        labelled_crops(inferencer, tmp_path / 'nothing')


def test_a_model_of_attributes_has_no_accuracy_on_classes(tmp_path: Path) -> None:
    write_images(tmp_path / 'faces', 3)
    head = "model['head'] = dict(type='AttributeHead', num_classes=3, in_channels=64)\n"
    attributes = FERInferencer(*write_model(tmp_path, FACE_CROP + head))
    with pytest.raises(ValueError, match='the model predicts attributes, of which'):
        labelled_crops(attributes, tmp_path / 'faces' / 'train')
