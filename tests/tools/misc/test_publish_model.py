from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.apis import FERInferencer
from mmfer.apis.loading import build_model
from mmfer.labels import FERPLUS_CLASSES
from mmfer.registry import register_all_modules
from tests.helpers import ROOT, call_tool, run_tool

TOOL = 'misc/publish_model.py'
CONFIG = ROOT / 'configs/efficientnet/efficientnet-lite0_ferplus-48px.py'


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('run') / 'epoch_2.pth'
    register_all_modules()
    with DefaultScope.overwrite_default_scope('mmfer'):
        state = build_model(Config.fromfile(CONFIG)).state_dict()
    meta = {'epoch': 2, 'dataset_meta': {'classes': FERPLUS_CLASSES}, 'cfg': 'old'}
    torch.save({'state_dict': state, 'meta': meta, 'optimizer': {'much': state}}, path)
    return path


def test_the_file_is_small_and_complete(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / 'weights' / 'model.pth'
    assert 'MiB' in run_tool(TOOL, CONFIG, checkpoint, out).stdout
    assert out.stat().st_size < checkpoint.stat().st_size * 0.6
    published = torch.load(out, weights_only=True)
    assert set(published) == {'state_dict', 'meta'}
    assert published['meta']['epoch'] == 2
    kinds = {(w.ndim > 1, w.dtype) for w in published['state_dict'].values()}
    assert kinds == {(True, torch.float16), (False, torch.float32), (False, torch.int64)}
    config = Config.fromstring(published['meta']['cfg'], '.py')
    assert config.face_crop.type == 'box'
    image = torch.randint(0, 256, (90, 80, 3), dtype=torch.uint8).numpy()
    found = FERInferencer(config, out).classify([image])[0]
    expected = FERInferencer(str(CONFIG), checkpoint).classify([image])[0]
    assert tuple(found) == FERPLUS_CLASSES
    assert found == pytest.approx(expected, abs=0.01)


def test_a_config_without_a_crop_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    config = Config.fromfile(CONFIG)
    config.pop('face_crop')
    config.dump(tmp_path / 'config.py')
    result = call_tool(TOOL, tmp_path / 'config.py', checkpoint, tmp_path / 'x.pth', check=False)
    assert result.returncode == 1
    assert 'has no face_crop' in result.stderr
    assert not (tmp_path / 'x.pth').exists()


def test_weights_of_the_last_step_instead_of_the_averaged_ones(
    checkpoint: Path, tmp_path: Path
) -> None:
    trained = torch.load(checkpoint, weights_only=True)
    last = {f'module.{name}': weight + 1 for name, weight in trained['state_dict'].items()}
    torch.save(
        {**trained, 'ema_state_dict': {**last, 'steps': torch.tensor(3)}}, tmp_path / 'a.pth'
    )
    call_tool(TOOL, CONFIG, tmp_path / 'a.pth', tmp_path / 'last.pth', '--last-weights')
    published = torch.load(tmp_path / 'last.pth', weights_only=True)['state_dict']
    bias = 'head.fc.bias'
    assert torch.equal(published[bias], trained['state_dict'][bias] + 1)
    result = call_tool(TOOL, CONFIG, checkpoint, tmp_path / 'x.pth', '--last-weights', check=False)
    assert 'has no averaged weights' in result.stderr and 'Traceback' not in result.stderr
