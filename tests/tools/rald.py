"""A small rendered set and a small RALD on it, for tools that read trained models."""

import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from mmfer.apis.loading import build_model
from mmfer.datasets import FGEmotions
from mmfer.engine import load_config
from mmfer.synthetic.generate import generate
from tests.helpers import ROOT

CONFIG = """
_base_ = r'{root}/configs/rald/rald_r18_synthetic.py'
image_size = 48
pipeline = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=48),
            dict(type='PackExpression')]
part = dict(data_root=r'{data}', pipeline=pipeline, empty_classes='warn')
train_dataloader = dict(batch_size=16, dataset=part)
test_dataloader = dict(batch_size=16, dataset=part)
val_dataloader = test_dataloader
model = dict(
    backbone=dict(base_channels=8, stem_channels=8),
    neck=dict(in_channels=64),
    head=dict(in_channels=64),
)
train_cfg = dict(max_epochs=1)
param_scheduler = dict(total_steps=1)
default_hooks = dict(warm_start=dict(epochs=0))
"""


@dataclass
class SmallRALD:
    """A config with its data, and checkpoints with random weights."""

    config: Path
    data: Path
    checkpoint: Path
    bare: Path
    """The same weights without a support set."""


def make_small_rald(folder: Path) -> SmallRALD:
    data = generate('fgemotions', folder / 'data', 'tiny', size=48, label_noise=0.1, progress=False)
    config = folder / 'small_rald.py'
    config.write_text(CONFIG.format(root=ROOT, data=data))
    torch.manual_seed(0)
    model = build_model(load_config(config))
    info = FGEmotions(str(data), 'test').metainfo
    meta = dict(dataset_meta={name: info[name] for name in ('classes', 'coarse_classes')})
    bare, checkpoint = folder / 'bare.pth', folder / 'small.pth'
    torch.save(dict(state_dict=model.state_dict(), meta=meta), bare)
    model.neck.itrr.set_support(torch.rand(9, 64))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), checkpoint)
    return SmallRALD(config, data, checkpoint, bare)


def run_main(monkeypatch: pytest.MonkeyPatch, tool: str, *args: object) -> None:
    """Run a tool in this process with these command line arguments."""
    path = ROOT / 'tools' / tool
    monkeypatch.setattr(sys, 'argv', [str(path), *map(str, args)])
    runpy.run_path(str(path), run_name='__main__')
