"""The files in mmfer/weights: their content, and their prediction for a real face."""

import json
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

import mmfer
from mmfer.apis import FERInferencer
from mmfer.labels import FERPLUS_CLASSES
from tests.helpers import ROOT

WEIGHTS = sorted((Path(mmfer.__file__).parent / 'weights').glob('*.pth'))


@pytest.mark.parametrize('path', WEIGHTS, ids=lambda path: path.stem)
def test_a_file_is_small_and_complete(path: Path) -> None:
    assert path.stat().st_size <= 12_000_000
    published = torch.load(path, weights_only=True)
    assert set(published) == {'state_dict', 'meta'}
    assert tuple(published['meta']['dataset_meta']['classes']) == FERPLUS_CLASSES
    assert all(weight.isfinite().all() for weight in published['state_dict'].values())
    assert Config.fromstring(published['meta']['cfg'], '.py').face_crop
    card = json.loads(path.with_suffix('.json').read_text())
    assert card['name'] == path.stem and tuple(card['classes']) == FERPLUS_CLASSES
    for result in card['results'].values():
        assert result['majority'] < result['accuracy'] <= 100
        assert set(result['per_class']) <= set(FERPLUS_CLASSES)
    assert path.name in (path.parent / 'README.md').read_text()
    assert path.name in (ROOT / 'NOTICE').read_text()


def test_a_smile_is_recognized_at_any_size_of_a_photograph() -> None:
    (path,) = [path for path in WEIGHTS if path.stem == 'efficientnet-lite0_ferplus']
    config = torch.load(path, weights_only=True)['meta']['cfg']
    inferencer = FERInferencer(Config.fromstring(config, '.py'), path)
    (result,) = inferencer(ROOT / 'tests' / 'data' / 'astronaut.jpg')['results']
    (face,) = result['faces']
    assert face['label'] == 'happiness'
    assert face['scores']['happiness'] > 0.5
