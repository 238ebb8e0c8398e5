"""Protocols of components: any component that meets a protocol is treated like mmfer's own.

All members are methods, properties, class attributes or plain values, because from Python 3.12 on
``isinstance`` does not find submodules and buffers of a ``nn.Module``.
"""

from mmfer.checks import openmmlab_check  # noqa: F401  (before mmengine)

# isort: split
from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

from mmpretrain.models.heads import MultiLabelClsHead
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer import compat  # noqa: F401  (before mmpretrain)


@runtime_checkable
class SeveralViews(Protocol):
    """A classifier whose input is several square images, stacked vertically, the face first."""

    @property
    def views(self) -> int:
        """Number of images in one input."""


@runtime_checkable
class ShowsFace(Protocol):
    """A classifier of several views with some layers whose maps show only the face."""

    def shows_face(self, layer: str) -> bool:
        """Whether the map of this layer can be laid over the face."""


@runtime_checkable
class ReadsSamples(Protocol):
    """A classifier whose features depend on more than the images."""

    def head_inputs(self, inputs: Tensor, data_samples: list[DataSample]) -> tuple[Tensor, ...]:
        """Inputs of the head for images (N, 3, H, W) and their samples."""


@runtime_checkable
class PoolsFeatures(Protocol):
    """A neck that pools the backbone's maps before it changes them."""

    def pool(self, inputs: Any) -> Tensor:
        """The pooled features (N, D) of the output of the backbone."""


@runtime_checkable
class FindsNeighbors(Protocol):
    """A neck that measures the similarity of images."""

    def similarity(self, x: Tensor, others: Tensor) -> Tensor:
        """Similarity (N, M) of pooled features (N, D) and (M, D); larger is nearer."""


@runtime_checkable
class Bypassable(Protocol):
    """A module that :class:`mmfer.engine.WarmStartHook` can bypass temporarily."""

    def bypass(self, on: bool) -> None:
        """Turn the bypass on or off; the state is saved in the checkpoint."""


@runtime_checkable
class PreparesBenchmark(Protocol):
    """A module that needs more than weights to predict."""

    def prepare_benchmark(self) -> None:
        """Create a random substitute for the missing input."""


@runtime_checkable
class AttendsToSupport(PreparesBenchmark, Protocol):
    """A module in which an image attends to other images, such as :class:`mmfer.models.ITRR`."""

    context: str
    """The images to attend to in eval mode: ``'support'``, ``'batch'`` or ``'self'``."""
    support_features: Tensor
    """Pooled features (S, D) of training images; saved in the module's state dict."""

    def set_support(self, features: Tensor) -> None:
        """Replace the support set."""

    def clear_support(self) -> None:
        """Remove the support set."""


@runtime_checkable
class NeighborLoss(Protocol):
    """A loss that pulls predictions towards those of neighbors, as in :class:`RALDHead`."""

    k: int
    """Number of neighbors."""
    normalize: str
    """See :func:`mmfer.models.losses.neighbor_label_distribution`."""

    def distribution(self, relation: Tensor, probs: Tensor, self_offset: int = 0) -> Tensor:
        """D (N, C), from the relation (N, M) and the predictions (M, C) of M images."""

    def __call__(self, logits: Tensor, distribution: Tensor, labels: Tensor) -> Tensor:
        """The weighted loss of logits (N, C) against D (N, C): a scalar.

        ``labels`` (N, C) are the soft or one-hot labels of the images.
        """


@runtime_checkable
class LearnsFromNeighbors(Protocol):
    """A head whose ``neighbor_loss`` is a :class:`NeighborLoss` or None."""

    neighbor_weight: float
    """Factor of the neighbor loss, set before every step."""
    neighbor_distributions: Tensor | None
    """D (n, C) of all training images by ``sample_idx``; None takes D from the batch."""


@runtime_checkable
class LearnsFromBank(LearnsFromNeighbors, Protocol):
    """A head that can also find neighbors in a :class:`mmfer.models.MomentumBank`."""

    neighbor_bank: Any
    """The bank, which the head updates in every step; None without a bank."""


@runtime_checkable
class SetsContext(Protocol):
    """A neck whose config has an entry for the images to attend to in eval mode."""

    @staticmethod
    def context_option(config: Mapping[str, Any]) -> str | None:
        """The entry in the config of the neck, such as ``'itrr.context'``, or None."""


@runtime_checkable
class GivesPooled(Protocol):
    """An output of a neck with the features before the neck changes them."""

    @property
    def pooled(self) -> Tensor:
        """The pooled features of the backbone, (N, D)."""


@runtime_checkable
class GivesLabels(Protocol):
    """An output of a neck with vectors of the labels."""

    @property
    def labels(self) -> Tensor | None:
        """The label vectors, (C, D) or more rows, fine classes first; None without vectors."""


TransformFlag = Literal['needs_landmarks', 'cuts_face', 'for_renderings', 'reads_clip']
"""Attributes that a transform sets to True, if it needs the 68 landmarks of the face, crops
the face from any image itself, is needed only by rendered images, or reads two frames of a clip."""


def views_of(model: nn.Module) -> int:
    """Number of square images, stacked vertically, in one input of a classifier."""
    return model.views if isinstance(model, SeveralViews) else 1


def shows_face(model: nn.Module, layer: str) -> bool:
    """Whether the map of a layer can be laid over the face; always True for a single view."""
    return views_of(model) == 1 or (isinstance(model, ShowsFace) and model.shows_face(layer))


def has_flag(transform: Any, flag: TransformFlag) -> bool:
    """Whether a transform sets a flag."""
    return bool(getattr(transform, flag, False))


def predicts_attributes(model: Any) -> bool:
    """Whether a classifier predicts attributes (one sigmoid per score), not classes (one softmax).

    The head has ``of_attributes = True``, or is a multi-label head of mmpretrain.
    """
    return getattr(model.head, 'of_attributes', isinstance(model.head, MultiLabelClsHead))
