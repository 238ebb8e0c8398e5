"""Small networks with batch norms that look trained, and the expected results of pruning."""

import copy

import torch
from mmengine.registry import DefaultScope
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmfer.engine.pruning import PruningReport
from mmfer.registry import MODELS, register_all_modules

POOLED = dict(type='GlobalAveragePooling')
VGG = dict(type='VGGBN16', width=0.125)
RESNET = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8)


def build(config: dict) -> nn.Module:
    """The module of a config, in eval mode."""
    register_all_modules()
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmfer'):
        model = MODELS.build(copy.deepcopy(config))
    model.eval()
    return model


def classifier(backbone: dict, width: int, neck: dict | list | None = POOLED) -> nn.Module:
    """A backbone with a linear head on features of ``width``, with weights that look trained."""
    head = dict(type='LinearClsHead', num_classes=5, in_channels=width)
    model = build(dict(type='ImageClassifier', backbone=backbone, neck=neck, head=head))
    return as_if_trained(model)


def as_if_trained(model: nn.Module) -> nn.Module:
    """Randomize all parameters that start as zero or one, so that every channel matters."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, _BatchNorm):
                for tensor in (module.weight, module.bias, module.running_mean):
                    tensor.normal_(generator=generator)
                module.running_var.uniform_(0.5, 2, generator=generator)
            elif hasattr(module, 'gamma') and isinstance(module.gamma, nn.Parameter):
                module.gamma.uniform_(0.5, 1, generator=generator)  # scale of ConvNeXt's layers
            elif isinstance(module, nn.Linear) and module.bias is not None:
                module.bias.normal_(generator=generator)
    return model


@torch.no_grad()
def zeroed(model: nn.Module, report: PruningReport) -> nn.Module:
    """A copy of the unpruned model with scale and bias, or weights, of removed channels at 0."""
    model = copy.deepcopy(model)
    for name, kept in report.kept.items():
        layer = model.get_submodule(name)
        if report.criterion == 'mlp_norm' or isinstance(layer, _BatchNorm):
            gone = torch.ones(len(layer.weight), dtype=torch.bool)
            gone[kept] = False
            layer.weight[gone] = 0
            layer.bias[gone] = 0
    return model


def outputs(model: nn.Module, images: Tensor) -> Tensor:
    """The last output in eval mode."""
    model.eval()
    with torch.no_grad():
        found = model(images)
    return found[-1] if isinstance(found, tuple) else found
