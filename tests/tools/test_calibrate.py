import numpy as np
import pytest
import torch

from mmfer.apis import FERInferencer
from mmfer.apis.model import TrainedModel
from mmfer.engine.checkpoint import load_from_disk, write_checkpoint
from mmfer.evaluation.temperature import fit_temperature
from tests.apis.model_files import ASTRONAUT, write_model
from tests.helpers import write_config, write_images
from tests.tools.rald import run_main

TOOL = 'analysis_tools/calibrate.py'


def test_writes_a_calibrated_copy(tmp_path, monkeypatch, capsys) -> None:
    data = write_images(tmp_path / 'data', 30)
    _, checkpoint = write_model(tmp_path)
    crop = "face_crop = dict(type='box', size=48, scale=1.45)\n"
    config = write_config(tmp_path / 'with_data.py', data, crop)
    out = tmp_path / 'calibrated.pth'
    run_main(monkeypatch, TOOL, config, checkpoint, '--out', out)
    before, after = (torch.load(path, weights_only=True) for path in (checkpoint, out))
    assert all((after['state_dict'][k] == w).all() for k, w in before['state_dict'].items())
    entry = after['meta'].pop('calibration')
    assert after['meta'] == before['meta']
    trained = TrainedModel.load(config, checkpoint)
    bank = trained.bank(trained.dataset('val'))
    expected = fit_temperature(bank.probs.double().numpy(), bank.labels.numpy())
    assert entry['temperature'] == pytest.approx(expected, abs=1e-3)
    assert entry['images'] == 30 and entry['data'] == 'with_data, val'
    assert 'from 30 images of the val part' in capsys.readouterr().out
    plain = FERInferencer(config, checkpoint)(ASTRONAUT)['results'][0]['faces'][0]
    calibrated = FERInferencer(config, out)(ASTRONAUT)['results'][0]['faces'][0]
    assert plain['label'] == calibrated['label']
    powers = np.array(list(plain['scores'].values())) ** (1 / entry['temperature'])
    np.testing.assert_allclose(
        list(calibrated['scores'].values()), powers / powers.sum(), atol=1e-4
    )


def test_attributes_are_refused(tmp_path, monkeypatch) -> None:
    head = "model['head'] = dict(type='AttributeHead', num_classes=3, in_channels=64)\n"
    config, checkpoint = write_model(tmp_path, head)
    with pytest.raises(SystemExit, match='attributes has no confidence of one class'):
        run_main(monkeypatch, TOOL, config, checkpoint, '--out', tmp_path / 'out.pth')


def test_a_checkpoint_can_be_calibrated_in_place(tmp_path, monkeypatch) -> None:
    data = write_images(tmp_path / 'data', 30)
    _, checkpoint = write_model(tmp_path)
    write_checkpoint(checkpoint, checkpoint.read_bytes())
    config = write_config(tmp_path / 'with_data.py', data)
    run_main(monkeypatch, TOOL, config, checkpoint, '--out', checkpoint)
    assert 'calibration' in load_from_disk(str(checkpoint))['meta']
