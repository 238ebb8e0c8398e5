from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.apis import FERInferencer
from mmfer.apis.transfer import transfer_report
from mmfer.datasets import ExpressionFolder
from tests.apis.model_files import ASTRONAUT, write_model
from tests.helpers import CLASSES


def _dataset(root: Path, classes: list[str], per_class: int = 2) -> ExpressionFolder:
    rng = np.random.default_rng(0)
    for name in classes:
        (root / 'test' / name).mkdir(parents=True)
        for number in range(per_class):
            image = rng.integers(0, 255, (40, 40, 3), dtype=np.uint8)
            cv2.imwrite(str(root / 'test' / name / f'{number}.png'), image)
    return ExpressionFolder(str(root), 'test', classes=classes, test_mode=True)


def test_the_report_covers_the_images_of_known_classes(tmp_path: Path):
    inferencer = FERInferencer(*write_model(tmp_path))
    dataset = _dataset(tmp_path / 'data', [*reversed(CLASSES), 'boredom'])
    report = transfer_report(inferencer, dataset)
    assert report['classes'] == list(reversed(CLASSES))
    assert report['num_samples'] == 2 * len(CLASSES)
    assert report['left_out'] == {'boredom': 2}
    assert report['unused'] == []
    assert report['majority']['accuracy'] == pytest.approx(100 / len(CLASSES))
    crops = [cv2.imread(dataset.get_data_info(i)['img_path'])[..., ::-1] for i in range(6)]
    answers = [max(scores, key=scores.get) for scores in inferencer.classify(crops)]
    truth = [name for name in reversed(CLASSES) for _ in range(2)]
    right = np.mean([a == b for a, b in zip(answers, truth, strict=True)])
    assert report['accuracy'] == pytest.approx(100 * right)


def test_fine_classes_count_as_their_parent(tmp_path: Path):
    meta = {'coarse_classes': ['pleasant', 'unpleasant'], 'parents': [0, 1, 1]}
    inferencer = FERInferencer(*write_model(tmp_path, **meta))
    report = transfer_report(inferencer, _dataset(tmp_path / 'data', ['unpleasant', 'pleasant']))
    assert report['classes'] == ['unpleasant', 'pleasant']


def test_faces_are_found_and_images_without_a_face_are_counted(tmp_path: Path):
    inferencer = FERInferencer(*write_model(tmp_path))
    dataset = _dataset(tmp_path / 'data', list(CLASSES[:2]), per_class=1)
    photo = tmp_path / 'data' / 'test' / CLASSES[0] / '0.png'
    cv2.imwrite(str(photo), cv2.imread(str(ASTRONAUT)))
    report = transfer_report(inferencer, dataset, find_faces=True)
    assert report['without_face'] == 1
    assert report['num_samples'] == 2
