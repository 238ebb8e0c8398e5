"""Start weights of a backbone from files of several libraries."""

import logging
import re
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.model import update_init_info
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from mmfer.engine.checkpoints.addresses import local_checkpoint
from mmfer.engine.checkpoints.fit import Fit, listed
from mmfer.engine.start_weights.matching import best_match
from mmfer.registry import WEIGHT_INITIALIZERS

NESTED = ('state_dict', 'model', 'model_state_dict')
WRAPPERS = re.compile(r'^(module\.|_orig_mod\.)+')
MIN_SHARE = 0.8


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


def load_pretrained(
    module: nn.Module,
    path: str | Path,
    prefix: str | None = None,
    min_share: float = MIN_SHARE,
) -> Fit:
    """Load the weights of a file that fit a module, and log how many fit and which do not.

    Args:
        module: The module.
        path: The file, see :func:`read_weights`.
        prefix, min_share: See :class:`Pretrained`.

    Returns:
        What fits and what does not.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If less than ``min_share`` of the weights of the module or of the file fit, or
            ``prefix`` or ``min_share`` is no valid value.
    """
    if not 0 < min_share <= 1:
        raise ValueError(f'Pretrained: min_share={min_share} must be above 0 and at most 1.')
    if prefix:
        prefix = f'{prefix.removesuffix(".")}.'
    weights, model = read_weights(path), module.state_dict()
    try:
        match = best_match(weights, model, prefix)
    except ValueError as error:
        raise ValueError(f'"{path}": {error}') from error
    fit = match.fit(weights, model)
    part, outside = '', [name for name in weights if not name.startswith(match.prefix)]
    if match.prefix:
        part = f' below "{match.prefix}"'
    shares = _shares(fit)
    if min(shares) < min_share:
        raise ValueError(
            f'The start weights in "{path}"{part} do not fit {type(module).__name__}: '
            f'{fit.describe()}. That is {shares[0]:.0%} of the model and {shares[1]:.0%} of the '
            f'file, but at least {min_share:.0%} of both are needed. Choose the backbone, depth '
            'and width of the file; or, to take what fits, set min_share in init_cfg.'
        )
    module.load_state_dict(match.converted(weights, model), strict=False)
    print_log(
        f'Start weights of {type(module).__name__} from {path}{part} ({match.layout.source}): '
        f'{fit.describe()}.',
        logger='current',
    )
    if outside:
        print_log(
            f'{len(outside)} weights outside "{match.prefix}" are not used: {listed(outside)}.',
            logger='current',
        )
    if match.layout.caution:
        print_log(f'{path}: {match.layout.caution}.', logger='current', level=logging.WARNING)
    if match.equal_prefixes:
        print_log(
            f'Other parts of {path} fit as well: {", ".join(match.equal_prefixes[:4])}. Set prefix '
            'in init_cfg to choose one.',
            logger='current',
        )
    return fit


def _shares(fit: Fit) -> tuple[float, float]:
    """The shares of the model's and of the file's weights that fit."""
    fitting, other_shapes = len(fit.fitting), len(fit.reshaped)
    wholes = (fitting + other_shapes + len(fit.missing), fitting + other_shapes + len(fit.foreign))
    return fitting / max(1, wholes[0]), fitting / max(1, wholes[1])


@WEIGHT_INITIALIZERS.register_module()
class Pretrained:
    """Initialize a module with weights of torchvision, timm, mmpretrain, the authors or mmfer.

    The class replaces mmengine's initializer of the same name, for mmfer's and mmpretrain's
    backbones. The file may hold only the backbone or a whole classifier, a plain or a nested state
    dict, also of a ``DataParallel`` model. The names of the libraries for ResNet, ResNeXt, their
    forms with squeeze and excitation, VGG, Swin, ConvNeXt and EfficientNet-lite are known; any
    other network needs the names of the module. The log tells how many weights fit, and which do
    not. Tables of relative positions of another window are interpolated.

    Args:
        checkpoint: The file (``.pth``, ``.pt``, ``.bin``, ``.safetensors``) or URL.
        prefix: The start of the names of the part to load, such as ``backbone.branch1.``; None
            takes the part with the most weights that fit.
        min_share: The least share of the weights of the module that must fit, and also of the
            weights of the part of the file.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If fewer weights fit, or an option has no valid value.

    Example:
        >>> backbone = dict(
        ...     type='ResNet',
        ...     depth=18,
        ...     init_cfg=dict(type='Pretrained', checkpoint='resnet18-f37072fd.pth'),
        ... )
    """

    def __init__(
        self, checkpoint: str, prefix: str | None = None, min_share: float = MIN_SHARE
    ) -> None:
        self.checkpoint, self.prefix, self.min_share = checkpoint, prefix, min_share

    def __call__(self, module: nn.Module) -> None:
        """Load the weights into ``module``."""
        load_pretrained(module, self.checkpoint, self.prefix, self.min_share)
        if hasattr(module, '_params_init_info'):
            update_init_info(module, init_info=f'Pretrained: {self.checkpoint}')
