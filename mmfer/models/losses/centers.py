"""The class centers of a loss, and their update."""

from collections.abc import Callable

import torch
from mmengine.dist import all_reduce
from torch import Tensor, nn

from mmfer.models.losses.utils import check_features


def unit_vectors(vectors: Tensor) -> Tensor:
    """Rows (N, D) scaled to length 1; a row of zeros stays zero and has a finite gradient."""
    length = vectors.norm(dim=1, keepdim=True)
    return vectors / length.where(length > 0, 1)


def center_similarity(centers: Tensor) -> Tensor:
    """The sum of 1 + cos(c_j, c_k) over all ordered pairs j != k of centers (C, D): a scalar.

    A center of zeros has cosine 0 with every other center.
    """
    units = unit_vectors(centers)
    cosines = units.sum(0).square().sum() - units.square().sum()
    return cosines + len(centers) * (len(centers) - 1)


class Centers(nn.Module):
    """One center for each class: ``weight`` (C, D), saved in the checkpoint.

    Centers start in random directions with a length of about 1 (our choice): shorter than most
    features, so that the first batches are not pulled to random places, yet long enough for the
    gradients of their cosines. Centers move only in training mode, identically on all ranks:

    - ``update='rule'``: a buffer, which :meth:`step` moves by the rule of Wen et al. (2016), over
      the images of all ranks. The centers move at every forward pass; with gradient accumulation,
      that is once for each small batch, not once for each step of the optimizer.
    - ``update='gradient'``: a parameter, moved by the optimizer; DDP averages its gradient. The
      gradient is divided by the batch size and multiplied by the weight of the loss, so the centers
      need a larger learning rate than the network. They need no weight decay, which would draw them
      to zero (see the example). With momentum, the center of a class also moves if the class is not
      in the batch.

    Args:
        num_classes: Number of classes C.
        in_channels: Width D of the features.
        update: ``'rule'`` or ``'gradient'``.
        rate: Step size of the rule.
        start: ``'random'``, as above, or ``'batch'``: the center of a class starts at the mean of
            its features in the first batch of training that holds the class. So the loss does not
            pull what all features have in common to random places.

    Raises:
        ValueError: If ``update`` or ``start`` is unknown.

    Example:
        >>> optim_wrapper = dict(
        ...     optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4),
        ...     paramwise_cfg=dict(custom_keys=dict(centers=dict(lr_mult=50, decay_mult=0))))
    """

    weight: Tensor
    started: Tensor
    """With ``start='batch'``: the classes (C,) that had a batch."""

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        update: str = 'rule',
        rate: float = 0.5,
        start: str = 'random',
    ) -> None:
        super().__init__()
        if update not in ('rule', 'gradient'):
            raise ValueError(f"update='{update}' must be 'rule' or 'gradient'.")
        if start not in ('random', 'batch'):
            raise ValueError(f"start='{start}' must be 'random' or 'batch'.")
        self.update = update
        self.rate = rate
        self.start = start
        if start == 'batch':
            self.register_buffer('started', torch.zeros(num_classes, dtype=torch.bool))
        weight = torch.randn(num_classes, in_channels) / in_channels**0.5
        if update == 'gradient':
            self.weight = nn.Parameter(weight)
        else:
            self.register_buffer('weight', weight)

    @torch.no_grad()
    def begin(self, features: Tensor, labels: Tensor) -> None:
        """Start the centers of classes that had no batch; only with ``start='batch'``.

        Args:
            features: (N, D) of this rank.
            labels: (N,).

        Raises:
            ValueError: If the shapes do not fit or a label is out of range.
        """
        if not self.training or self.start == 'random' or self.started.all():
            return
        check_features(features, labels, self.weight)
        total, count = self._sums(features.float(), labels)
        new = (count > 0) & ~self.started
        self.weight[new] = total[new] / count[new, None]
        self.started |= new

    def _sums(self, values: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The sums (C, D) of the values of each class and their numbers (C,), of all ranks."""
        total = torch.zeros_like(self.weight).index_add_(0, labels, values)
        count = total.new_zeros(len(total)).index_add_(0, labels, total.new_ones(len(labels)))
        all_reduce(total)
        all_reduce(count)
        return total, count

    @torch.no_grad()
    def step(
        self,
        features: Tensor,
        labels: Tensor,
        attention: Tensor | None = None,
        repulsion: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Move the centers by the rule; does nothing in eval mode or with ``update='gradient'``.

        c_j -= rate (sum over class j of a (c_j - x) / (1 + size of class j) + gradient of
        repulsion)

        Args:
            features: (N, D) of this rank.
            labels: (N,).
            attention: a (N, D), the weight of each element; None for 1.
            repulsion: A scalar function of the centers (C, D); the centers descend its gradient.
        """
        if not self.training or self.update == 'gradient':
            return
        difference = self.weight[labels] - features.float()
        if attention is not None:
            difference = attention.float() * difference
        total, count = self._sums(difference, labels)
        delta = total / (1 + count[:, None])
        if repulsion is not None:
            delta += torch.func.grad(repulsion)(self.weight)
        self.weight -= self.rate * delta
