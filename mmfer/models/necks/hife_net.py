"""Hierarchy-aware image feature enhancement network of RALD (paper 003, section 3.3)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor

from mmfer.models.necks.hlrr import HLRR
from mmfer.models.necks.itrr import ITRR
from mmfer.models.necks.label_embedding import LabelEmbedding
from mmfer.models.necks.lgifo import LGIFO
from mmfer.registry import MODELS


def _fingerprint(tensors: Iterable[Tensor]) -> tuple:
    return tuple((t.data_ptr(), t._version) for t in tensors)


class HIFEFeatures(NamedTuple):
    """The output of :class:`HIFENet`. The features are last, for every head of mmpretrain."""

    relation: Tensor | None
    """R_v or the cosine similarity (N, M); None in eval mode if images do not attend to each
    other."""
    pooled: Tensor
    """F, the pooled features of the backbone, (N, D)."""
    labels: Tensor | None
    """S~, the label vectors (C, D) for attention, fine classes first; None without ``lgifo``."""
    features: Tensor
    """F^, the enhanced features, (N, D)."""


@MODELS.register_module()
class HIFENet(BaseModule):
    """Image, label and image-label relations on pooled features (paper 003, figure 2).

    Backbone map -> pooled F -> :class:`ITRR` -> F~ -> :class:`LGIFO`, guided by the labels of
    :class:`LabelEmbedding` and :class:`HLRR` -> F^. Any part may be None, which gives the rows of
    table 3.

    In eval mode, everything that does not depend on the images (labels, support set) is computed
    once and cached until a weight, the support set or the mode changes.

    While the buffer ``bypassed`` is true, features only pass a norm: this is the plain network with
    which :class:`mmfer.engine.WarmStartHook` begins a training.

    Args:
        in_channels: Channels D of the last map of the backbone.
        itrr: Options of :class:`ITRR`, or None.
        hlrr: Options of :class:`HLRR`, or None for the projected labels without change.
        lgifo: Options of :class:`LGIFO`, or None for no label guidance.
        labels: Options of :class:`LabelEmbedding`; needed with ``lgifo``.
        neighbors: The first output: ``'relation'``, R_v of ITRR, or ``'cosine'``, the cosine
            similarity of F.

    Raises:
        ValueError: If ``lgifo`` is given without ``labels``, ``hlrr`` without ``lgifo``, a
            hierarchy without a label tree, ``neighbors='relation'`` without ``itrr``, or, in
            forward, there is no support set.

    Example:
        >>> neck = dict(
        ...     type='HIFENet', in_channels=512, labels=dict(label_tree='fgemotions'),
        ...     itrr=dict(), hlrr=dict(), lgifo=dict())
    """

    bypassed: Tensor

    def __init__(
        self,
        in_channels: int = 512,
        itrr: dict | None = None,
        hlrr: dict | None = None,
        lgifo: dict | None = None,
        labels: dict | None = None,
        neighbors: str = 'relation',
    ) -> None:
        super().__init__()
        if lgifo is not None and labels is None:
            raise ValueError('HIFENet with lgifo needs labels: dict(label_tree="fgemotions").')
        if hlrr is not None and lgifo is None:
            raise ValueError('HIFENet with hlrr needs lgifo, which relates images to labels.')
        if neighbors not in ('relation', 'cosine'):
            raise ValueError(f"neighbors='{neighbors}' must be 'relation' or 'cosine'.")
        if neighbors == 'relation' and itrr is None:
            raise ValueError("HIFENet without itrr has no R_v: set neighbors='cosine'.")
        self.neighbors = neighbors
        self.itrr = None if itrr is None else ITRR(in_channels, **itrr)
        self.hlrr = None if hlrr is None else HLRR(in_channels, **hlrr)
        self.lgifo = None if lgifo is None else LGIFO(in_channels, **lgifo)
        self.labels = None if lgifo is None else LabelEmbedding(in_channels, **(labels or {}))
        if self.hlrr and self.hlrr.hierarchy and (labels or {}).get('label_tree') is None:
            raise ValueError(
                'HLRR with a hierarchy needs labels.label_tree. Without a hierarchy (RALD-L), set '
                'hlrr.hierarchy=False.'
            )
        self.register_buffer('bypassed', torch.tensor(False))
        self._cache: dict[str, tuple] = {}

    @staticmethod
    def context_option(config: Mapping[str, Any]) -> str | None:
        """The entry of a neck config that sets the test-time context, or None."""
        return None if config.get('itrr') is None else 'itrr.context'

    def train(self, mode: bool = True) -> 'HIFENet':
        self._cache.clear()
        super().train(mode)
        return self

    def _labels_keys_values(self) -> tuple[Tensor, ...]:
        assert self.labels is not None and self.lgifo is not None
        labels = self.labels()
        if self.hlrr is not None:
            labels = self.hlrr(labels, self.labels.distance_index)
        return labels, *self.lgifo.attention.keys_values(labels)

    def _constant(self, compute: Callable[[], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        """The result of a method that does not use the images, cached in eval mode."""
        name = compute.__name__
        # The tensors of a graph that is traced have no address.
        if self.training or torch.is_grad_enabled() or torch.compiler.is_compiling():
            return compute()
        autocast = torch.is_autocast_enabled(next(self.parameters()).device.type)
        support = [] if self.itrr is None else [self.itrr.support_features]
        tensors = (*self.parameters(), *self.buffers(), *support)
        key = (autocast, _fingerprint(tensors))
        if self._cache.get(name, (None,))[0] != key:
            self._cache[name] = (key, compute())
        return self._cache[name][1]

    def bypass(self, on: bool) -> None:
        """Turn the bypass on or off."""
        self.bypassed.fill_(on)

    def pool(self, inputs: Tensor | tuple[Tensor, ...]) -> Tensor:
        """F (N, D), from the last map (N, D, H, W) of the backbone or from features (N, D)."""
        x = inputs[-1] if isinstance(inputs, tuple) else inputs
        return x.mean((2, 3)) if x.ndim == 4 else x

    def similarity(self, x: Tensor, others: Tensor) -> Tensor:
        """Similarity (N, M) of pooled features x (N, D) and others (M, D), to find neighbors."""
        if self.neighbors == 'cosine':
            return F.normalize(x, dim=1) @ F.normalize(others, dim=1).T
        assert self.itrr is not None
        return self.itrr.relation(x, others)

    def forward(self, inputs: Tensor | tuple[Tensor, ...]) -> HIFEFeatures:
        """Enhance features.

        Args:
            inputs: The maps of the backbone, the last of shape (N, D, H, W).
        """
        x = self.pool(inputs)
        labels, *keys_values = self._constant(self._labels_keys_values) if self.lgifo else (None,)
        if self.bypassed:
            return HIFEFeatures(x.new_zeros(len(x), 0), x, labels, F.layer_norm(x, x.shape[1:]))
        relation = None
        enhanced = x
        if self.itrr is not None:
            uses_support = not self.training and self.itrr.context == 'support'
            support = self._constant(self.itrr.support_keys_values) if uses_support else None
            relation, enhanced = self.itrr(x, support)
        if self.neighbors == 'cosine' and self.training:
            relation = self.similarity(x, x)
        if self.lgifo is not None:
            enhanced = self.lgifo(enhanced, *keys_values)
        return HIFEFeatures(relation, x, labels, enhanced)
