"""The model of every config can be pruned, trained further, recorded and loaded."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmpretrain.models.backbones import ConvNeXt
from mmpretrain.models.heads import MultiLabelClsHead
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.engine.benchmark import input_shape
from mmfer.engine.pruning import apply_channels, channel_record, prune_model
from mmfer.models.classifiers import DistilledClassifier
from mmfer.models.classifiers.teacher import Teacher
from tests.engine.pruning.networks import as_if_trained, outputs, zeroed
from tests.small_configs import form_of

ROOT = Path(__file__).parents[3] / 'configs'
NO_LAYERS = ('init_cfg', 'data_preprocessor', 'loss', 'neighbor_loss')
LEFT_OUT = ('_base_', 'landmarker')  # landmarks: no classifier
TABLES = ('ablations', 'labels')
SHIPPED = sorted(
    path
    for path in ROOT.rglob('*.py')
    if not any(part.startswith(LEFT_OUT) for part in path.relative_to(ROOT).parts)
)
ROWS = [path for path in SHIPPED if path.parent.name.startswith(TABLES)]
CONFIGS = [path for path in SHIPPED if path not in ROWS]
NARROW = ROOT / 'ststnet'
"""One convolution deep, with a batch norm before it only."""
WITHOUT_NORM = [
    ROOT / 'multi_region' / f'{name}.py'
    for name in ('ablations/table4_4_plain_vgg16', 'vgg16_rafdb', 'vgg16_affectnet7')
]
"""Channels are chosen by batch norms, which the plain VGG-16 of these configs lacks."""
SLIM: dict[str, dict[str, Any]] = {
    'ResNet': dict(base_channels=8, stem_channels=8),
    'SwinTransformer': dict(img_size=64, window_size=2, stage_cfgs={}),
    'VGGBN16': dict(width=0.125),
}
"""An eighth of the width of the published backbones."""


def slim(config: Any) -> Any:
    """A fast model config with an eighth of the width."""
    if isinstance(config, (list, tuple)):
        return type(config)(slim(item) for item in config)
    if not isinstance(config, dict):
        return config
    config = {k: slim(v) for k, v in config.items()} | SLIM.get(config.get('type', ''), {})
    if config.get('type') == 'SwinTransformer':
        width = 96 if config['arch'] == 'tiny' else config['arch']['embed_dims']
        config['arch'] = dict(embed_dims=width // 8, depths=[1] * 4, num_heads=[3] * 4)
    if config.get('type') == 'ConvNeXtMap':
        channels = ConvNeXt.arch_settings[config['arch']]['channels']
        config['arch'] = dict(depths=[1] * 4, channels=[width // 8 for width in channels])
    for key in ('in_channels', 'hidden_channels', 'map_size'):
        value = config.get(key)
        if key == 'map_size' and value is not None:
            config[key] = 2
        elif isinstance(value, tuple):
            config[key] = tuple(channels // 8 for channels in value)
        elif isinstance(value, int):
            config[key] = value // 8
    return config


def model_config_of(path: Path) -> tuple[Config, int]:
    """The config, whose model is slim at 64 pixels if possible, and the image size."""
    cfg = load_config(path)
    size = cfg.get('image_size', 64)
    if any(wide in str(cfg.model) for wide in ('512', '1024', 'xlarge')):
        cfg.model, size = slim(cfg.model.to_dict()), 64
    return cfg, size


def built(cfg: Config) -> nn.Module:
    torch.manual_seed(0)
    model = build_model(cfg)
    for module in model.modules():
        if hasattr(module, 'prepare_benchmark'):
            module.prepare_benchmark()
    return model


def images(model: nn.Module, size: int, count: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, *input_shape(model, size), generator=generator)


def samples(model: Any, predicted: list[DataSample]) -> list[DataSample]:
    found = [DataSample(metainfo=dict(sample_idx=i)) for i in range(len(predicted))]
    for i, (sample, prediction) in enumerate(zip(found, predicted, strict=True)):
        if isinstance(model.head, MultiLabelClsHead):
            sample.set_gt_score(torch.arange(model.head.num_classes) % (i + 2) == 0)
        elif getattr(model.head.loss_module, 'use_soft', False):
            sample.set_gt_score(torch.eye(model.head.num_classes)[i])
        else:
            sample.set_gt_label(i % 3)
        if 'attention' in prediction:
            sample.set_field(torch.ones_like(prediction.attention), 'landmark_mask')
    return found


@pytest.mark.parametrize('system', sorted({path.parents[1].name for path in ROWS}))
def test_one_row_of_each_form_in_the_tables_is_pruned(system):
    forms: dict[str, Path] = {}
    folder = ROOT / system
    for path in sorted((p for p in SHIPPED if folder in p.parents), key=lambda p: p in ROWS):
        forms.setdefault(repr(form_of(load_config(path).model.to_dict(), NO_LAYERS)), path)
    for path in forms.values():
        if path in WITHOUT_NORM:
            with pytest.raises(ValueError, match='no channel that can be pruned'):
                check_pruning(path)
        elif path in ROWS:
            check_pruning(path)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_model_of_every_config_is_pruned(path):
    if path.parent == NARROW or path in WITHOUT_NORM:
        with pytest.raises(ValueError, match='no channel that can be pruned'):
            check_pruning(path)
    else:
        check_pruning(path)


PRUNED: set[tuple[str, int]] = set()
"""The passed models, by config and image size; equal models of other configs are not repeated."""


def check_pruning(path: Path) -> None:
    cfg, size = model_config_of(path)
    if (key := (repr(cfg.model.to_dict()), size)) in PRUNED:
        return
    check_pruned_model(as_if_trained(built(cfg)), size)
    PRUNED.add(key)


def check_pruned_model(original: nn.Module, size: int) -> None:
    model = copy.deepcopy(original)
    x = images(model, size)
    report = prune_model(model, x[:1], ratio=0.3)

    assert sum(p.numel() for p in model.parameters()) < report.parameters[0]
    assert report.flops[1] < report.flops[0]
    expected = outputs(zeroed(original, report), x)
    torch.testing.assert_close(outputs(model, x), expected, atol=1e-4, rtol=1e-4)
    predicted = model.predict(x)
    assert [sample.pred_score.shape for sample in predicted] == [(model.head.num_classes,)] * 2

    fresh = copy.deepcopy(original)
    apply_channels(fresh, channel_record(model))
    fresh.load_state_dict(model.state_dict(), strict=True)
    assert torch.equal(outputs(fresh, x), outputs(model, x))

    if isinstance(model, DistilledClassifier):
        model.teacher = Teacher(original, range(model.head.num_classes))
    given = samples(model, predicted)
    losses = model.train()(x, given, mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    assert all(value.isfinite().all() for value in losses.values())
    grads = [p.grad.shape == p.shape for p in model.parameters() if p.grad is not None]
    assert grads and all(grads)
