"""What mmfer asks of a component: anybody's component that answers is treated as one of mmfer's.

All members are methods, properties or class attributes, or are set as plain values: submodules and
buffers of a ``nn.Module`` are not found by ``isinstance`` from Python 3.12 on.
"""

from typing import Any, Literal, Protocol, runtime_checkable

from mmpretrain.models.heads import MultiLabelClsHead
from mmpretrain.structures import DataSample
from torch import Tensor, nn

from mmfer import compat  # noqa: F401  (before mmpretrain)


@runtime_checkable
class SeveralViews(Protocol):
    """A classifier whose input is several square images below one another, the face first."""

    @property
    def views(self) -> int:
        """How many there are."""


@runtime_checkable
class ShowsFace(Protocol):
    """A classifier of several views, some of whose layers give maps of the face alone."""

    def shows_face(self, layer: str) -> bool:
        """Whether the map of this layer can be laid over the face."""


@runtime_checkable
class ReadsSamples(Protocol):
    """A classifier whose features depend on more than the images."""

    def head_inputs(self, inputs: Tensor, data_samples: list[DataSample]) -> tuple[Tensor, ...]:
        """What the head gets of images (N, 3, H, W) and their samples."""


@runtime_checkable
class PoolsFeatures(Protocol):
    """A neck that pools the backbone's maps before it changes them."""

    def pool(self, inputs: Any) -> Tensor:
        """The pooled features (N, D) of what the backbone gives."""


@runtime_checkable
class FindsNeighbors(Protocol):
    """A neck that says how near images are to each other."""

    def similarity(self, x: Tensor, others: Tensor) -> Tensor:
        """(N, M) of pooled features (N, D) and (M, D); larger is nearer."""


@runtime_checkable
class Bypassable(Protocol):
    """A module that :class:`mmfer.engine.WarmStartHook` can take out of the network for a while."""

    def bypass(self, on: bool) -> None:
        """Let features pass unchanged, or no longer; kept in the checkpoint."""


@runtime_checkable
class PreparesBenchmark(Protocol):
    """A module that needs more than weights to predict."""

    def prepare_benchmark(self) -> None:
        """Make a random stand-in for it."""


@runtime_checkable
class AttendsToSupport(PreparesBenchmark, Protocol):
    """A module of a network in which an image attends to others, as :class:`mmfer.models.ITRR`."""

    context: str
    """Which ones in eval mode: ``'support'``, ``'batch'`` or ``'self'``."""
    support_features: Tensor
    """Pooled features (S, D) of training images; saved in the module's state dict."""

    def set_support(self, features: Tensor) -> None:
        """Replace the support set."""

    def clear_support(self) -> None:
        """Forget the support set."""


@runtime_checkable
class NeighborLoss(Protocol):
    """A loss that pulls predictions towards those of neighbours, for :class:`RALDHead`."""

    k: int
    """Number of neighbours."""
    normalize: str
    """See :func:`mmfer.models.losses.neighbor_label_distribution`."""

    def distribution(self, relation: Tensor, probs: Tensor, self_offset: int = 0) -> Tensor:
        """D (N, C) of the relation (N, M) and the M images' predictions (M, C)."""

    def __call__(self, logits: Tensor, distribution: Tensor) -> Tensor:
        """The weighted loss of logits (N, C) against D (N, C): a scalar."""


@runtime_checkable
class LearnsFromNeighbors(Protocol):
    """A head with a :class:`NeighborLoss` in ``neighbor_loss``, or None there."""

    neighbor_weight: float
    """Factor of that loss, set before every step."""
    neighbor_distributions: Tensor | None
    """D (n, C) of all training images by ``sample_idx``; None for those of the batch."""


TransformFlag = Literal['needs_landmarks', 'cuts_face', 'for_renderings']
"""What a transform says of itself by a class attribute that is True: that it needs a face's 68
landmarks, that it cuts the face out of any image itself, that only rendered images need it."""


def views_of(model: nn.Module) -> int:
    """How many square images, below one another, a classifier takes."""
    return model.views if isinstance(model, SeveralViews) else 1


def shows_face(model: nn.Module, layer: str) -> bool:
    """Whether the map of a layer can be laid over the face, as it can with a single view."""
    return views_of(model) == 1 or (isinstance(model, ShowsFace) and model.shows_face(layer))


def has_flag(transform: Any, flag: TransformFlag) -> bool:
    """Whether a transform says this of itself."""
    return bool(getattr(transform, flag, False))


def predicts_attributes(model: Any) -> bool:
    """Whether a classifier gives each score a sigmoid of its own, not all of them one softmax.

    Its head says so by ``of_attributes = True``, or is one of mmpretrain's for several labels.
    """
    return getattr(model.head, 'of_attributes', isinstance(model.head, MultiLabelClsHead))
