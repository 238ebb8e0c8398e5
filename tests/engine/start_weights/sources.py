"""Networks of other libraries at random weights, loaded into the backbones of the configs.

python -m tests.engine.start_weights.sources docs/results/start_weights.md
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from mmfer.engine.checkpoints.fit import Fit
from mmfer.engine.pretrained import load_pretrained
from mmfer.registry import MODELS, register_all_modules
from tests.engine.start_weights.authors_names import (
    Weights,
    authors_convnext,
    authors_lite,
    authors_swin,
    authors_vgg,
)

import timm  # isort: skip  (after mmfer, which makes torchvision's import succeed)
import torchvision  # isort: skip

Network = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Source:
    """A network of a library and the backbone that takes its weights."""

    library: str
    backbone: dict
    build: Callable[[], nn.Module]
    features: Callable[[nn.Module, Tensor], Tensor]
    """The source's output that the last output of the backbone must equal."""
    rename: Callable[[Weights], Weights] = dict
    """The names in the file, if not those of the network."""
    size: int = 64
    row: str = ''

    @property
    def name(self) -> str:
        kind = {key: value for key, value in self.backbone.items() if key in ('depth', 'arch')}
        return self.row or '-'.join(map(str, (self.backbone['type'], *kind.values())))


def _torchvision_resnet(model: nn.Module, images: Tensor) -> Tensor:
    layers = (model.conv1, model.bn1, model.relu, model.maxpool)
    return nn.Sequential(*layers, model.layer1, model.layer2, model.layer3, model.layer4)(images)


def _forward_features(model: nn.Module, images: Tensor) -> Tensor:
    return model.forward_features(images)


def _features(model: nn.Module, images: Tensor) -> Tensor:
    return model.features(images)


def _timm_swin(model: nn.Module, images: Tensor) -> Tensor:
    return model.forward_features(images).permute(0, 3, 1, 2)


def _torchvision_swin(model: nn.Module, images: Tensor) -> Tensor:
    return model.norm(model.features(images)).permute(0, 3, 1, 2)


def _timm_pooled(model: nn.Module, images: Tensor) -> Tensor:
    return model.forward_head(model.forward_features(images), pre_logits=True)


def _torchvision_pooled(model: nn.Module, images: Tensor) -> Tensor:
    return model.classifier[0](model.avgpool(model.features(images))).flatten(1)


def _mmpretrain(model: nn.Module, images: Tensor) -> Tensor:
    return model.backbone(images)[-1]


def _of_timm(name: str) -> Callable[[], nn.Module]:
    return lambda: timm.create_model(name)


def _of_mmpretrain(backbone: dict) -> Callable[[], nn.Module]:
    head = dict(type='LinearClsHead', num_classes=5, in_channels=8)
    return lambda: MODELS.build(
        dict(type='ImageClassifier', backbone=dict(backbone), head=dict(head))
    )


RESNET18 = dict(type='ResNet', depth=18)
RESNEXT = dict(type='ResNeXt', depth=50, groups=32, width_per_group=4)
SERESNET = dict(type='SEResNet', depth=50)
SERESNEXT = dict(type='SEResNeXt', depth=50, groups=32, width_per_group=4)
VGG = dict(type='VGGBN16')
SWIN = dict(type='SwinTransformer', arch='tiny')
CONVNEXT = dict(type='ConvNeXt', arch='tiny')
CONVNEXT_MAP = dict(type='ConvNeXtMap', arch='tiny')
LITE = dict(type='EfficientNetLite')
# timm's own training of lite0: padding and epsilon of PyTorch.
LITE_PYTORCH = dict(type='EfficientNetLite', conv_cfg=None, norm_cfg=dict(type='BN', eps=1e-5))
models = torchvision.models

RESNETS = (
    Source('torchvision', RESNET18, models.resnet18, _torchvision_resnet),
    Source('timm', RESNET18, _of_timm('resnet18'), _forward_features),
    Source('mmpretrain', RESNET18, _of_mmpretrain(RESNET18), _mmpretrain),
    Source('torchvision', dict(type='ResNet', depth=50), models.resnet50, _torchvision_resnet),
    Source('torchvision', RESNEXT, models.resnext50_32x4d, _torchvision_resnet),
    Source('timm', RESNEXT, _of_timm('resnext50_32x4d'), _forward_features),
    Source('mmpretrain', RESNEXT, _of_mmpretrain(RESNEXT), _mmpretrain),
    Source('timm', SERESNET, _of_timm('seresnet50'), _forward_features),
    Source('mmpretrain', SERESNET, _of_mmpretrain(SERESNET), _mmpretrain),
    Source('timm', SERESNEXT, _of_timm('seresnext50_32x4d'), _forward_features),
    Source('mmpretrain', SERESNEXT, _of_mmpretrain(SERESNEXT), _mmpretrain),
)
POOLED_ELSEWHERE = Source(
    'authors', SERESNEXT, _of_timm('legacy_seresnext50_32x4d'), _forward_features
)
VGGS = (
    Source('torchvision', VGG, models.vgg16_bn, _features),
    Source('timm', VGG, _of_timm('vgg16_bn'), _features),
    Source(
        'mmpretrain',
        VGG,
        _of_mmpretrain(dict(type='VGG', depth=16, norm_cfg=dict(type='BN'))),
        _mmpretrain,
    ),
    Source(
        'torchvision', dict(VGG, norm='none'), models.vgg16, _features, row='VGGBN16 without norm'
    ),
    Source(
        'authors',
        dict(VGG, norm='none'),
        models.vgg16,
        _features,
        authors_vgg,
        row='VGGBN16 without norm',
    ),
)
SWINS = (
    Source('torchvision', SWIN, models.swin_t, _torchvision_swin, size=224),
    Source('timm', SWIN, _of_timm('swin_tiny_patch4_window7_224'), _timm_swin, size=224),
    Source('mmpretrain', SWIN, _of_mmpretrain(SWIN), _mmpretrain, size=224),
    Source(
        'authors',
        SWIN,
        _of_timm('swin_tiny_patch4_window7_224'),
        _timm_swin,
        authors_swin,
        size=224,
    ),
)
CONVNEXTS = (
    Source('torchvision', CONVNEXT, models.convnext_tiny, _torchvision_pooled),
    Source('timm', CONVNEXT, _of_timm('convnext_tiny'), _timm_pooled),
    Source('mmpretrain', CONVNEXT, _of_mmpretrain(CONVNEXT), _mmpretrain),
    Source('authors', CONVNEXT, _of_timm('convnext_tiny'), _timm_pooled, authors_convnext),
    Source('torchvision', CONVNEXT_MAP, models.convnext_tiny, _features),
    Source('timm', CONVNEXT_MAP, _of_timm('convnext_tiny'), _forward_features),
)
LITES = (
    Source('timm', LITE, _of_timm('tf_efficientnet_lite0'), _forward_features),
    Source(
        'timm',
        LITE_PYTORCH,
        _of_timm('efficientnet_lite0'),
        _forward_features,
        row="EfficientNetLite with PyTorch's padding",
    ),
    Source('authors', LITE, _of_timm('tf_efficientnet_lite0'), _forward_features, authors_lite),
)
SOURCES = (*RESNETS, *VGGS, *SWINS, *CONVNEXTS, *LITES)


def randomize(model: nn.Module) -> None:
    """Random numbers in every weight, so that no two layers may be mistaken for each other."""
    with torch.no_grad():
        statistics = [(n, w) for n, w in model.named_buffers() if '.running_' in f'.{n}']
        for name, weight in (*model.named_parameters(), *statistics):
            if name.endswith('relative_position_bias_table'):
                weight.normal_()
            elif weight.ndim in (2, 4):
                weight.normal_(std=weight[0].numel() ** -0.5)
            elif name.endswith(('bias', 'running_mean')):
                weight.normal_(std=0.1)
            else:
                weight.uniform_(0.5, 1.5)


@dataclass(frozen=True)
class Comparison:
    fit: Fit
    difference: float
    """The largest difference of the outputs."""
    spread: float
    """Standard deviation of the output of the source."""


def compare(source: Source, folder: Path) -> Comparison:
    """Load the source's weights from a file, and compare outputs in double precision."""
    torch.manual_seed(0)
    register_all_modules()
    network = source.build().double().eval()
    randomize(network)
    path = folder / f'{source.name} {source.library}.pth'
    torch.save(source.rename(network.state_dict()), path)
    backbone = MODELS.build(dict(source.backbone)).double()
    fit = load_pretrained(backbone, path)
    path.unlink()
    backbone.eval()
    images = torch.randn(1, 3, source.size, source.size, dtype=torch.double)
    with torch.no_grad():
        expected, found = source.features(network, images), backbone(images)[-1]
    assert expected.shape == found.shape, (expected.shape, found.shape)
    return Comparison(fit, float((found - expected).abs().max()), float(expected.std()))


def rows() -> Iterator[str]:
    """A row for each source, in Markdown."""
    yield from (
        '| backbone | source | weights that fit | unused | largest difference | output, std |',
        '|---|---|---|---|---|---|',
    )
    with TemporaryDirectory() as folder:
        for source in (*SOURCES, POOLED_ELSEWHERE):
            found = compare(source, Path(folder))
            fitting = len(found.fit.fitting)
            whole = fitting + len(found.fit.missing) + len(found.fit.reshaped)
            yield (
                f'| {source.name} | {source.library} | {fitting} of {whole} | '
                f'{len(found.fit.foreign)} | {found.difference:.1e} | {found.spread:.2g} |'
            )


if __name__ == '__main__':
    lines = []
    for line in rows():
        print(line, flush=True)
        lines.append(line)
    if len(sys.argv) > 1:
        page = Path(sys.argv[1])
        head, _, rest = page.read_text(encoding='utf-8').partition('| backbone |')
        tail = rest.partition('\n\n')[2]
        page.write_text('\n'.join([head.rstrip() + '\n', *lines, '', tail]), encoding='utf-8')
