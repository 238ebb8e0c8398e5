"""The parts of the quickstart; the whole takes minutes."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.labels import LabelTree
from tests.helpers import ROOT

QUICKSTART = runpy.run_path(str(ROOT / 'tools' / 'quickstart.py'))


def test_the_narrow_network_is_half_as_wide_and_trains() -> None:
    options = dict(option.split('=') for option in QUICKSTART['NARROW'])
    config = ROOT / QUICKSTART['CONFIG']
    narrow = load_config(config, options={key: int(value) for key, value in options.items()})
    torch.manual_seed(0)
    model, wide = build_model(narrow).train(), build_model(load_config(config))
    for name, weights in model.backbone.state_dict().items():
        whole = wide.backbone.state_dict()[name]
        assert weights.dim() == 0 or weights.shape[0] * 2 == whole.shape[0], name
    samples = [DataSample(sample_idx=i).set_gt_label(i) for i in range(4)]
    losses = model(torch.randn(4, 3, 96, 96), samples, mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    assert model.backbone.conv1.weight.grad.abs().sum() > 0


def test_chance_is_that_of_a_uniform_guess() -> None:
    chances = QUICKSTART['chances']()
    assert chances['accuracy'] == pytest.approx(100 / 33)
    assert chances['mean_class_accuracy'] == pytest.approx(100 / 33)
    parents = LabelTree.load('fgemotions').parents
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 33, (2, 200_000))
    same = np.array(parents)[drawn[0]] == np.array(parents)[drawn[1]]
    assert chances['coarse_accuracy'] == pytest.approx(100 * same.mean(), abs=0.5)


def test_a_wrong_photograph_stops_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ['quickstart.py', '--out', str(tmp_path / 'out'), '--photos', 'nothing.jpg']
    monkeypatch.setattr('sys.argv', arguments)
    with pytest.raises(SystemExit, match=r'No image at ".*nothing\.jpg"'):
        QUICKSTART['main']()
    assert 'Rendering' not in capfd.readouterr().out


def test_a_failed_step_is_named(capfd: pytest.CaptureFixture) -> None:
    with pytest.raises(ValueError, match=r'tools/train.py failed with exit code'):
        QUICKSTART['step']('Training', 'train.py', 'no_such_config.py')
    assert 'no_such_config.py' in ''.join(capfd.readouterr())
