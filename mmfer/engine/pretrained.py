"""Pretrained weights from files of several libraries."""

import re
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.model import update_init_info
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from mmfer.engine.checkpoints.addresses import local_checkpoint
from mmfer.registry import WEIGHT_INITIALIZERS

NESTED = ('state_dict', 'model', 'model_state_dict')
WRAPPERS = re.compile(r'^(module\.|_orig_mod\.)+')
RENAMED = ((re.compile(r'\.se(?:_module)?\.fc(\d)\.'), r'.se_layer.conv\1.conv.'),)
"""timm's names of the squeeze-and-excitation layers of mmpretrain."""


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """The named tensors of a checkpoint, without other content.

    Args:
        path: The path or address of a ``.safetensors`` file or of a PyTorch checkpoint. The weights
            of a checkpoint may be under ``state_dict`` or ``model``, and may belong to a wrapped
            model.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file holds no weights, cannot be downloaded or read, or needs the missing
            package safetensors.
    """
    if str(path).endswith('.safetensors'):
        try:
            from safetensors.torch import load_file
        except ImportError as error:
            raise ValueError(
                f'"{path}" needs the package safetensors: pip install safetensors.'
            ) from error
        content: dict[str, Any] = load_file(str(local_checkpoint(path)))
    else:
        content = CheckpointLoader.load_checkpoint(str(path), map_location='cpu')
    for key in NESTED:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    named = content.items() if isinstance(content, dict) else ()
    weights = {WRAPPERS.sub('', name): value for name, value in named if torch.is_tensor(value)}
    if not weights:
        raise ValueError(f'"{path}" holds no weights: a state dict of named tensors is expected.')
    return weights


def convert_keys(weights: dict[str, Tensor], model: dict[str, Tensor]) -> dict[str, str]:
    """Match the names of weights in a file and in a model.

    torchvision, timm and mmpretrain use the same names for the layers of a ResNet, except for
    squeeze-and-excitation; only the prefix differs, such as ``backbone.`` in a classifier. The
    prefix with the most matching weights is used.

    Args:
        weights: The weights of the file.
        model: The weights of the model.

    Returns:
        The names in the file, keyed by the names in the model, of weights with matching shapes.
    """
    renamed = {}
    for name in weights:
        converted = name
        for pattern, replacement in RENAMED:
            converted = pattern.sub(replacement, converted)
        renamed[converted] = name
    heads = {name.partition('.')[0] for name in model}
    prefixes = {''} | {
        name[: match.start() + 1]
        for name in renamed
        for match in re.finditer(r'\.', name)
        if name[match.end() :].partition('.')[0] in heads
    }

    def fitting(prefix: str) -> dict[str, str]:
        names = {name: renamed[prefix + name] for name in model if prefix + name in renamed}
        return {
            name: source
            for name, source in names.items()
            if weights[source].shape == model[name].shape
        }

    return max((fitting(prefix) for prefix in sorted(prefixes)), key=len)


def load_pretrained(module: nn.Module, path: str | Path) -> None:
    """Load the matching weights of a file into a module, and log the others.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If no weight matches.
    """
    weights, model = read_weights(path), module.state_dict()
    names = convert_keys(weights, model)
    if not names:
        raise ValueError(
            f'No weight in "{path}" fits {type(module).__name__}. The file has '
            f'{", ".join(sorted(weights)[:4])}, ...; the model has {", ".join(sorted(model)[:4])}, '
            '... Choose the backbone and depth of the file.'
        )
    module.load_state_dict({name: weights[source] for name, source in names.items()}, strict=False)
    lost = sorted(set(model) - set(names))
    unused = sorted(set(weights) - set(names.values()))
    print_log(f'Loaded {len(names)} of {len(model)} weights from {path}.', logger='current')
    if lost:
        print_log(f'Not loaded, because the file has no match: {", ".join(lost)}', logger='current')
    if unused:
        print_log(f'In the file, but not used: {", ".join(unused)}', logger='current')


@WEIGHT_INITIALIZERS.register_module()
class Pretrained:
    """Initialize a module with weights of torchvision, timm, mmpretrain or mmfer.

    The class replaces mmengine's initializer of the same name. The file may hold only the module or
    a whole classifier, a plain or a nested state dict, also of a ``DataParallel`` model; see
    :func:`convert_keys`. Weights that do not match are logged.

    Args:
        checkpoint: The file (``.pth``, ``.pt``, ``.bin``, ``.safetensors``) or URL.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If no weight in the file matches.

    Example:
        >>> backbone = dict(
        ...     type='ResNet',
        ...     depth=18,
        ...     init_cfg=dict(type='Pretrained', checkpoint='resnet18-f37072fd.pth'),
        ... )
    """

    def __init__(self, checkpoint: str) -> None:
        self.checkpoint = checkpoint

    def __call__(self, module: nn.Module) -> None:
        """Load the weights into ``module``."""
        load_pretrained(module, self.checkpoint)
        if hasattr(module, '_params_init_info'):
            update_init_info(module, init_info=f'Pretrained: {self.checkpoint}')
