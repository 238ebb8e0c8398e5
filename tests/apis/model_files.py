"""A config and a checkpoint of a tiny untrained model for face crops."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.registry import DefaultScope

from mmfer.registry import MODELS, register_all_modules
from tests.helpers import CLASSES, ROOT, write_config

ASTRONAUT = ROOT / 'tests' / 'data' / 'astronaut.jpg'
FACE_CROP = "\nface_crop = dict(type='box', size=48, scale=1.45, shift=(0.02, -0.06))\n"
REGIONS = """
test_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=32),
    dict(type='LandmarkMask', grid=4),
    dict(type='CropRegions', size=32),
    dict(type='PackExpression'),
]
test_dataloader['dataset']['pipeline'] = test_pipeline
"""
ALIGNED = """
test_dataloader['dataset']['pipeline'] = [
    dict(type='LoadExpressionImage'),
    dict(type='AlignFace', size=32, margin=0.05),
    dict(type='PackExpression'),
]
"""
BOXED = """
test_dataloader['dataset']['pipeline'] = [
    dict(type='LoadExpressionImage'),
    dict(type='CropFace', margin=0.1),
    dict(type='ResizeFace', size=32),
    dict(type='PackExpression'),
]
"""


def write_model(folder: Path, extra: str = FACE_CROP, **dataset_meta: object) -> tuple[Path, Path]:
    """Write a config, and a checkpoint as mmengine's runner writes it; return both paths."""
    config = write_config(folder / 'config.py', folder / 'nowhere', extra)
    register_all_modules()
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmfer'):
        model = MODELS.build(Config.fromfile(config).model)
    torch.nn.init.normal_(model.head.fc.weight)
    checkpoint = {
        'meta': {'dataset_meta': {'classes': CLASSES, **dataset_meta}},
        'message_hub': {'log_scalars': {'loss': HistoryBuffer([1.0], [1])}},
        'state_dict': model.state_dict(),
    }
    torch.save(checkpoint, folder / 'model.pth')
    return config, folder / 'model.pth'
