"""The same training step without mmfer: in plain PyTorch, mmpretrain and timm."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import mmpretrain.registry
import torch
from mmengine.config import Config
from mmpretrain.structures import DataSample
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mmfer.engine.speed.memory import peak_bytes, tensors_in_training
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.training_speed import (
    PLAIN,
    TrainingStep,
    random_pixels,
    step_of,
    training_step,
)
from mmfer.engine.speed.turns import Times, take_turns
from mmfer.registry import MODELS

PLAIN_NAMES = {'ConvNeXtMap': 'ConvNeXt'}
"""mmpretrain's name of a backbone of mmfer with the same options."""


@dataclass
class BareStep:
    """A step in plain PyTorch: forward, loss, backward, AdamW and zero_grad."""

    model: Any
    inputs: Tensor
    """Normalized images."""
    target: Any
    """The samples of a model of OpenMMLab, else the classes (N,)."""
    optimizer: torch.optim.Optimizer

    def __call__(self) -> None:
        """Train with the batch."""
        if torch.is_tensor(self.target):
            loss: Any = cross_entropy(self.model(self.inputs), self.target)
        else:
            losses = self.model(self.inputs, self.target, mode='loss')
            loss = sum(value.mean() for name, value in losses.items() if 'loss' in name)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def tensors(self) -> list[Tensor]:
        """Input, weights, buffers and the state of the optimizer."""
        states = self.optimizer.state.values()
        state = [value for one in states for value in one.values() if torch.is_tensor(value)]
        return [*tensors_in_training(self.model), self.inputs, *state]


def reference_speed(
    configs: Mapping[str, Config],
    batch_sizes: Sequence[int],
    size: int,
    times: Times,
) -> tuple[list[Row], list[str]]:
    """Measure training steps of configs beside the same work without mmfer; all take turns.

    Args:
        configs: The configs of the models by name.
        batch_sizes: Numbers of images in a batch.
        size: Height and width of the images in pixels.
        times: How long, by which clock and on which device steps are measured.

    Returns:
        The rows, whose ratios relate to the first config's step by mmengine, and a sentence for
        each reference that there is not.
    """
    rows: dict[tuple[str, str], Row] = {}
    messages: list[str] = []
    for batch in batch_sizes:
        steps, missing = _steps(configs, batch, size, times.device)
        messages = list(dict.fromkeys([*messages, *missing]))
        for (name, way), step in steps.items():
            row = rows.setdefault((name, way), Row({'model': name, 'training by': way}))
            step()  # creates the state of the optimizer
            peak = peak_bytes(step, step.tensors())
            row.facts[f'peak memory at {batch}'] = f'{peak / 2**20:.0f} MiB'
        speeds = take_turns(list(steps.values()), batch, times.repeats, times.seconds, times.timer)
        for key, speed in zip(steps, speeds, strict=True):
            rows[key].speeds[f'training {RATE} at {batch}'] = speed
    return list(rows.values()), messages


Steps = dict[tuple[str, str], TrainingStep | BareStep]


def _steps(
    configs: Mapping[str, Config], batch: int, size: int, device: str
) -> tuple[Steps, list[str]]:
    """The steps by model and way, and sentences about those that there are not."""
    steps: Steps = {}
    messages = []
    for name, cfg in configs.items():
        step = training_step(cfg, PLAIN, batch, size, device)
        steps[name, 'mmengine'] = step
        steps[name, 'bare loop'] = bare_step(step.model, step.data)
        try:
            plain = plain_classifier(cfg, size)
        except ValueError as error:
            messages.append(f'{name}: {error}')
        else:
            pixels = random_pixels(batch, plain, size).to(device)
            way = f'mmpretrain:{type(plain.backbone).__name__}'
            own = step_of(plain.to(device), pixels, _labelled(batch, cfg, device))
            described, weights = _described(cfg), _weights(plain.backbone)
            other = steps.get((described, way))
            if other is not None and _weights(other.model.backbone) != weights:
                described += f' of {weights / 1e6:.2f} M'
            steps[described, way] = own
        try:
            found, model = timm_classifier(cfg, size)
        except ValueError as error:
            messages.append(f'{name}: {error}')
        else:
            model = model.to(device).train()
            images = random_pixels(batch, model, size).to(device) / 255
            classes = torch.arange(batch, device=device) % cfg.model.head.num_classes
            optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
            steps[f'timm:{found}', 'bare loop'] = BareStep(model, images, classes, optimizer)
    return steps, messages


def _weights(model: nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())


def bare_step(model: Any, data: dict[str, Any]) -> BareStep:
    """The step of a copy of a model of OpenMMLab in plain PyTorch, with the same batch."""
    own = deepcopy(model)
    ready = own.data_preprocessor(data, training=True)
    optimizer = torch.optim.AdamW(own.parameters(), lr=1e-4)
    return BareStep(own, ready['inputs'], ready['data_samples'], optimizer)


def _labelled(batch: int, cfg: Config, device: str) -> list[DataSample]:
    classes = cfg.model.head.num_classes
    return [DataSample().set_gt_label(i % classes).to(device) for i in range(batch)]


def _described(cfg: Config) -> str:
    """A backbone with its variant, such as ``ResNet-18``."""
    backbone = _single_backbone(cfg)
    variant = backbone.get('depth', backbone.get('arch', ''))
    kind = PLAIN_NAMES.get(backbone['type'], backbone['type'])
    return f'{kind}-{variant}' if isinstance(variant, str | int) and variant else str(kind)


def _single_backbone(cfg: Config) -> dict[str, Any]:
    backbone = cfg.model.get('backbone') or {}
    if backbone.get('type') == 'DualBranch':
        branches = [backbone.get(name) for name in ('branch1', 'branch2') if backbone.get(name)]
        backbone = branches[0] if len(branches) == 1 else {}
    if not isinstance(backbone.get('type'), str) or 'num_classes' not in cfg.model.get('head', {}):
        raise ValueError('only a classifier with one backbone and a head has references.')
    return {key: value for key, value in backbone.items() if key != 'init_cfg'}


def plain_classifier(cfg: Config, size: int) -> Any:
    """mmpretrain's plain classifier with mmpretrain's backbone of the same name and options.

    Args:
        cfg: The config.
        size: Height and width of the images in pixels.

    Raises:
        ValueError: If mmpretrain has no such backbone.
    """
    backbone = _single_backbone(cfg)
    kind = backbone['type'].removeprefix('mmpretrain.')
    kind = PLAIN_NAMES.get(kind, kind)
    if kind == 'VGGBN16' and backbone.get('norm', 'all') == 'all' and backbone.get('width', 1) == 1:
        kind, backbone = 'VGG', dict(depth=16, norm_cfg=dict(type='BN'))
    if kind not in mmpretrain.registry.MODELS.module_dict:
        raise ValueError(f'mmpretrain has no backbone {kind} with these options.')
    backbone['type'] = f'mmpretrain.{kind}'
    trunk = MODELS.build(deepcopy(backbone))
    trunk.eval()  # mmpretrain's returns nothing
    with torch.no_grad():
        features = trunk(torch.zeros(1, 3, size, size))
    last = features[-1] if isinstance(features, list | tuple) else features
    if last.ndim not in (2, 4):
        raise ValueError(f"the output of mmpretrain's {kind} is no map to pool.")
    head = dict(
        type='mmpretrain.LinearClsHead',
        num_classes=cfg.model.head.num_classes,
        in_channels=last.size(1),
    )
    model = dict(type='mmpretrain.ImageClassifier', backbone=backbone, head=head)
    if last.ndim == 4:
        model['neck'] = dict(type='mmpretrain.GlobalAveragePooling')
    model['data_preprocessor'] = dict(mean=[127.5] * 3, std=[60.0] * 3)
    return MODELS.build(model)


def timm_name(backbone: Mapping[str, Any]) -> str | None:
    """timm's name of a backbone; None if it has none.

    Args:
        backbone: The backbone's entry in a config.
    """
    kind, depth = backbone['type'].removeprefix('mmpretrain.'), backbone.get('depth')
    arch = backbone.get('arch', 'lite0' if kind == 'EfficientNetLite' else 'tiny')
    if kind in ('ResNet', 'SEResNet'):
        return f'{kind.lower()}{depth}'
    if kind in ('ResNeXt', 'SEResNeXt'):
        width = backbone.get('width_per_group', 4)
        return f'{kind.lower()}{depth}_{backbone.get("groups", 32)}x{width}d'
    if kind in ('VGG', 'VGGBN16'):
        normed = 'norm_cfg' in backbone or (kind == 'VGGBN16' and backbone.get('norm') != 'none')
        return f'vgg{depth or 16}{"_bn" if normed else ""}'
    if not isinstance(arch, str):
        return None
    if kind in ('ConvNeXt', 'ConvNeXtMap'):
        return f'convnext_{arch}'
    if kind == 'SwinTransformer':
        window = backbone.get('window_size', 7)
        return f'swin_{arch}_patch4_window{window}_224'
    return f'tf_efficientnet_{arch}' if kind == 'EfficientNetLite' else None


def timm_classifier(cfg: Config, size: int) -> tuple[str, nn.Module]:
    """timm's network of the same backbone, with mean over the map and a linear layer.

    Args:
        cfg: The config.
        size: Height and width of the images in pixels.

    Returns:
        timm's name of the network, and the network.

    Raises:
        ValueError: If timm is not installed, has no such network, or has it in another width.
    """
    try:
        import timm
    except ImportError as error:
        raise ValueError('timm is not installed: pip install timm.') from error
    backbone = _single_backbone(cfg)
    name = timm_name(backbone)
    if name is None or not timm.is_model(name):
        raise ValueError(f'timm has no network for the backbone {backbone["type"]}.')
    classes = cfg.model.head.num_classes
    options: dict[str, Any] = dict(img_size=size) if name.startswith('swin') else {}
    network: Any = timm.create_model(name, num_classes=classes, **options)
    if name.startswith('vgg'):
        network.pre_logits = nn.Identity()
        pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes)]
        network.head = nn.Sequential(*pool)
    ours, theirs = _weights(MODELS.build(backbone)), _weights(network)
    theirs -= (
        network.get_classifier().weight.numel() + classes if 'vgg' not in name else (513 * classes)
    )
    if abs(theirs - ours) > 0.01 * ours:
        raise ValueError(
            f"timm's {name} has {theirs / 1e6:.2f} M weights, the backbone {ours / 1e6:.2f} M: "
            'not the same network.'
        )
    return name, network
