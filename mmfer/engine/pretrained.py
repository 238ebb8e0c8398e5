"""Weights from a user's own file, whichever library it came from."""

import re
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.model import update_init_info
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from mmfer.engine.addresses import local_checkpoint
from mmfer.registry import WEIGHT_INITIALIZERS

NESTED = ('state_dict', 'model', 'model_state_dict')
WRAPPERS = re.compile(r'^(module\.|_orig_mod\.)+')
RENAMED = ((re.compile(r'\.se(?:_module)?\.fc(\d)\.'), r'.se_layer.conv\1.conv.'),)
"""Names of timm for the same layers of mmpretrain: squeeze-and-excitation."""


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by name, without what surrounds them.

    Args:
        path: A PyTorch checkpoint, in which the weights may lie under ``state_dict`` or ``model``
            and be those of a wrapped model, or a ``.safetensors`` file; or the address of one.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file holds no weights, cannot be downloaded or read, or is
            ``.safetensors`` and that package is missing.
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
    """Find the names of a file's weights in a model.

    torchvision, timm and mmpretrain name the layers of a ResNet alike, but for
    squeeze-and-excitation; what differs is the prefix, such as ``backbone.`` in a whole
    classifier. The prefix under which the most weights fit is taken.

    Args:
        weights: Those of the file.
        model: Those of the model.

    Returns:
        The file's name of each weight whose name and shape fit, by its name in the model.
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
    """Load what fits of a file into a module, and log what does not.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: Nothing fits.
    """
    weights, model = read_weights(path), module.state_dict()
    names = convert_keys(weights, model)
    if not names:
        raise ValueError(
            f'Nothing in "{path}" fits {type(module).__name__}. The file has '
            f'{", ".join(sorted(weights)[:4])}, ...; the model {", ".join(sorted(model)[:4])}, ... '
            'Choose the backbone and depth that the file was trained with.'
        )
    module.load_state_dict({name: weights[source] for name, source in names.items()}, strict=False)
    lost = sorted(set(model) - set(names))
    unused = sorted(set(weights) - set(names.values()))
    print_log(f'Loaded {len(names)} of {len(model)} weights from {path}.', logger='current')
    if lost:
        print_log(f'Left as initialised, no fit in the file: {", ".join(lost)}', logger='current')
    if unused:
        print_log(f'In the file, but not used: {", ".join(unused)}', logger='current')


@WEIGHT_INITIALIZERS.register_module()
class Pretrained:
    """Initialise a module with weights of torchvision, timm, mmpretrain or mmfer.

    It takes the place of mmengine's initialiser of this name. The file may hold the module alone
    or a whole classifier, be a plain state dict or nested, and of a ``DataParallel`` model; see
    :func:`convert_keys`. What did not fit is logged.

    Args:
        checkpoint: The file (``.pth``, ``.pt``, ``.bin``, ``.safetensors``) or URL.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: Nothing in the file fits.

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
