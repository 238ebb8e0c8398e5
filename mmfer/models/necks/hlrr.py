"""Hierarchy-aware label relation representation (paper 003, section 3.3.2)."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmfer.models.necks.attention import RelationAttention
from mmfer.registry import MODELS


def hierarchy_bias(first: Tensor, steps: Tensor, index: Tensor) -> Tensor:
    """The bias b of eq. 8, indexed by the distance of eq. 9; it never increases with the distance.

    Distances are given as ranks: 0 on the diagonal, 1 between a coarse class and its fine classes,
    2 for sigma. Therefore the large value of sigma (500 in the paper) enters no exponential.

    Args:
        first: The bias at distance 0, a scalar.
        steps: (2,), the decreases of the bias to distances 1 and 2, before softplus makes them
            positive.
        index: (C, C) long, values 0, 1 and 2.

    Returns:
        (C, C).
    """
    falls = F.softplus(steps).cumsum(0)
    return torch.cat([first.reshape(1), first - falls])[index]


@MODELS.register_module()
class HLRR(BaseModule):
    """Self-attention over label nodes with a learnable bias for the hierarchy (eq. 8-12).

    Args:
        embed_dims: Width D of the projected labels.
        hierarchy: Add the bias. False is RALD-L, for data without a hierarchy.
        falls: The decreases of the bias to distances 1 and 2 at the start, above 0. A bias that
            acts from the start separates classes of different coarse classes: (1, 3) begins with
            the bias 0, -1 and -4 of the distances 0, 1 and 2.
        num_heads, scale, ffn_dims, residual, init, gate: See :class:`RelationAttention`.

    Raises:
        ValueError: If one of ``falls`` is not above 0.

    Example:
        >>> neck = dict(type='HIFENet', in_channels=512, hlrr=dict(hierarchy=True))
    """

    def __init__(
        self,
        embed_dims: int = 512,
        hierarchy: bool = True,
        num_heads: int = 8,
        scale: float = 0.125,
        ffn_dims: int = 1024,
        residual: bool = True,
        init: str = 'identity',
        gate: bool = False,
        falls: Sequence[float] = (math.log(2), math.log(2)),
    ) -> None:
        super().__init__()
        if len(falls) != 2 or not all(fall > 0 for fall in falls):
            raise ValueError(
                f'HLRR: falls={tuple(falls)} must be two numbers above 0, the decreases of the '
                'bias to distances 1 and 2.'
            )
        self.hierarchy = hierarchy
        self.attention = RelationAttention(
            embed_dims, num_heads, scale, ffn_dims, residual, init, gate
        )
        if hierarchy:
            self.bias_first = nn.Parameter(torch.zeros(()))
            # The inverse of softplus, exactly 0 for the default.
            self.bias_steps = nn.Parameter(
                torch.tensor([math.log(math.expm1(fall)) for fall in falls])
            )

    def forward(self, labels: Tensor, index: Tensor) -> Tensor:
        """Relate the labels.

        Args:
            labels: S, (C, D).
            index: (C, C), see :func:`hierarchy_bias`.

        Returns:
            S~, (C, D).
        """
        bias = None
        if self.hierarchy:
            bias = hierarchy_bias(self.bias_first, self.bias_steps, index)
        return self.attention(labels, *self.attention.keys_values(labels), bias)[1]
