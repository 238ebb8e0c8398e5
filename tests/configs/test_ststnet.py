"""The configs of motion read rendered clips, train on them, and hold out subjects."""

from pathlib import Path

import pytest
import torch

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.registry import DATASETS
from tests.helpers import ROOT

CONFIGS = ROOT / 'configs' / 'ststnet'


@pytest.mark.parametrize(
    ('name', 'channels'),
    [
        ('ststnet_casme2', 3),
        ('ststnet_synthetic', 3),
        ('ststnet-difference_casme2', 1),
        ('ststnet-difference_synthetic', 1),
        ('ststnet-sequence_synthetic', 4),
    ],
)
def test_motion_of_clips_trains(
    rendered_casme2: Path, tmp_path: Path, name: str, channels: int
) -> None:
    loaders = ('train_dataloader', 'val_dataloader', 'test_dataloader')
    options = {f'{loader}.dataset.empty_classes': 'warn' for loader in loaders}
    options |= {f'{loader}.dataset.test_subjects': () for loader in loaders}
    cfg = load_config(
        CONFIGS / f'{name}.py', tmp_path, {'data_root': str(rendered_casme2)} | options
    )
    read = DATASETS.build(cfg.train_dataloader.dataset)
    samples = [read[i] for i in range(3)]
    for sample in samples:
        assert sample['inputs'].shape == (channels, 28, 28) and sample['inputs'].isfinite().all()
    torch.manual_seed(0)
    model = build_model(cfg).train()
    batch = model.data_preprocessor(
        {
            'inputs': [sample['inputs'] for sample in samples],
            'data_samples': [sample['data_samples'] for sample in samples],
        },
        True,
    )
    model(**batch, mode='loss')['loss'].backward()
    for part, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), part
    cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
    first, second = DATASETS.build(cfg.test_dataloader.dataset)[0]['inputs']
    assert first.shape == second.shape == (channels, 28, 28) and (first != second).any()


def test_only_renderings_get_sensor_noise() -> None:
    for name, noisy in (
        *(('ststnet_casme2', False), ('ststnet_synthetic', True)),
        *(('ststnet-difference_casme2', False), ('ststnet-difference_synthetic', True)),
    ):
        cfg = load_config(CONFIGS / f'{name}.py')
        (cached, *_), (clip, *_) = (
            cfg[loader].dataset.pipeline for loader in ('train_dataloader', 'test_dataloader')
        )
        for steps in (cached.transforms[0].transforms, clip.transforms):
            assert ('SensorNoise' in [step.type for step in steps]) == noisy
