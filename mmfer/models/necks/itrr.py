"""Image topological relation representation (paper 003, section 3.3.1)."""

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed.nn.functional as distributed
from mmengine.dist import is_distributed
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.models.necks.attention import RelationAttention
from mmfer.registry import MODELS

CONTEXTS = ('support', 'batch', 'self')


def _save_support(module: nn.Module, state_dict: dict, prefix: str, metadata: dict) -> None:
    """Add the support set, if there is one, to the state dict of an ITRR."""
    assert isinstance(module, ITRR)
    if len(module.support_features):
        state_dict[f'{prefix}support_features'] = module.support_features


@MODELS.register_module()
class ITRR(BaseModule):
    """Self-attention across the images of a batch (eq. 3-7).

    In training, a prediction depends on the other images of the batch. At test time, ``context``
    sets the images to which an image attends:

    - ``'support'`` (default): the image itself and a fixed support set of training features,
      ``support_features``. The prediction of an image is the same alone and in any batch and order.
    - ``'batch'``: the images of the batch, the protocol of the paper. The loader must shuffle,
      because in a test file sorted by class the neighbors reveal the label.
    - ``'self'``: only the image itself.

    The support set (S, D) is part of the state dict and moves with the module. It is not a buffer,
    so code that averages buffers across ranks or over time, such as an exponential moving average,
    does not change it: a support set belongs to the weights that computed it.

    Args:
        embed_dims: Width D of the features.
        context: The images to which an image attends in eval mode.
        gather: In distributed training, attend to the images of all ranks, not only of the own
            rank.
        num_heads, scale, ffn_dims, residual, init, gate: See :class:`RelationAttention`.

    Raises:
        ValueError: If ``context`` is unknown.

    Example:
        >>> neck = dict(type='HIFENet', in_channels=512, itrr=dict(context='support'))
    """

    def __init__(
        self,
        embed_dims: int = 512,
        context: str = 'support',
        gather: bool = False,
        num_heads: int = 8,
        scale: float = 0.125,
        ffn_dims: int = 1024,
        residual: bool = True,
        init: str = 'similarity',
        gate: bool = False,
    ) -> None:
        super().__init__()
        if context not in CONTEXTS:
            raise ValueError(f"context='{context}' must be one of {', '.join(CONTEXTS)}.")
        self.context = context
        self.gather = gather
        self.attention = RelationAttention(
            embed_dims, num_heads, scale, ffn_dims, residual, init, gate
        )
        self.support_features = torch.zeros(0, embed_dims)
        self._register_state_dict_hook(_save_support)

    def set_support(self, features: Tensor) -> None:
        """Replace the support set by pooled backbone features (S, D) of training images."""
        self.support_features = features.detach().to(self.support_features)

    def clear_support(self) -> None:
        """Remove the support set."""
        self.set_support(self.support_features[:0])

    def prepare_benchmark(self, num_images: int = 99) -> None:
        """Set a random support set, to measure speed with random weights."""
        self.set_support(torch.rand(num_images, self.support_features.size(1)))

    def _apply(self, fn: Callable[[Tensor], Tensor], *args: Any) -> 'ITRR':
        super()._apply(fn, *args)
        self.support_features = fn(self.support_features)
        return self

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args: object) -> None:
        saved = state_dict.pop(f'{prefix}support_features', None)
        if saved is not None:
            # A copy, because the state dict may belong to a module that continues to train.
            self.set_support(saved.clone())
        super()._load_from_state_dict(state_dict, prefix, *args)

    def support_keys_values(self) -> tuple[Tensor, Tensor]:
        """Keys and values (h, S, D / h) of the support set.

        Raises:
            ValueError: If there is no support set.
        """
        if not len(self.support_features):
            raise ValueError(
                "ITRR with context='support' has no support set: the checkpoint holds none, or no "
                'checkpoint is loaded. Make a support set with `python '
                'tools/misc/make_support_set.py CONFIG CHECKPOINT OUT`, train with '
                "EvalContextHook, or set model.neck.itrr.context='self'."
            )
        return self.attention.keys_values(self.support_features)

    def relation(self, x: Tensor, others: Tensor) -> Tensor:
        """R_v of eq. 4, averaged over the heads: (N, M) for x (N, D) and others (M, D)."""
        keys, _ = self.attention.keys_values(others)
        return (self.attention.queries(x) @ keys.transpose(1, 2)).mean(0)

    def forward(
        self, x: Tensor, support: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor | None, Tensor]:
        """Relate the images.

        Args:
            x: F, (N, D).
            support: A cached result of :meth:`support_keys_values`, or None.

        Returns:
            The relation R_v (N, M), averaged over the heads, or None if images do not attend to
            each other; and F~ (N, D). M is N or, with ``gather``, the number of images of all
            ranks.
        """
        if self.training or self.context == 'batch':
            others = x
            if self.training and self.gather and is_distributed():
                others = torch.cat(distributed.all_gather(x))
            relation, out = self.attention(x, *self.attention.keys_values(others))
            return relation.mean(0), out
        if self.context == 'self':
            nothing = x.new_zeros(
                self.attention.num_heads, 0, x.size(1) // self.attention.num_heads
            )
            return None, self.attention.with_own(x, nothing, nothing)
        return None, self.attention.with_own(x, *(support or self.support_keys_values()))
