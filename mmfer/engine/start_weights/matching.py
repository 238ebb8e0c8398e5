"""Finds out which weights of a file are those of a model."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from mmfer.engine.checkpoints.fit import Fit
from mmfer.engine.start_weights import convnext, efficientnet_lite, resnet, swin, vgg
from mmfer.engine.start_weights.layout import Layout

SAME_NAMES = Layout('the same names', lambda names: {name: name for name in names})
LAYOUTS = (
    SAME_NAMES,
    *resnet.LAYOUTS,
    *vgg.LAYOUTS,
    *swin.LAYOUTS,
    *convnext.LAYOUTS,
    *efficientnet_lite.LAYOUTS,
)
NEVER_LOADED = ('relative_position_index', 'attn_mask')
"""Last parts of names of buffers that follow from the sizes of a network."""
COMPUTED = (*NEVER_LOADED, 'num_batches_tracked')
"""Last parts of names of buffers that a file need not have."""
TABLE = 'relative_position_bias_table'
LEAST_PART = 0.1
"""Share of the model's weights below which a part of a file is not tried."""


@dataclass(frozen=True)
class Match:
    """The weights of a part of a file, and where they belong."""

    prefix: str
    """The start of the names of the part."""
    layout: Layout
    sources: Mapping[str, str]
    """Names in the file, without the prefix, by the names in the model, of weights that fit."""
    equal_prefixes: tuple[str, ...] = ()
    """Other parts of the file that fit as well."""

    def converted(
        self, weights: Mapping[str, Tensor], model: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The weights that fit, by their names in the model and in its shapes."""
        return {
            name: _reshaped(self.layout.adapt(name, weights[self.prefix + source]), model[name])
            for name, source in self.sources.items()
        }

    def fit(self, weights: Mapping[str, Tensor], model: Mapping[str, Tensor]) -> Fit:
        """What fits and what does not, without buffers that a network computes."""
        part = _part(weights, self.prefix)
        renamed = self.layout.rename(part)
        reshaped = {
            new: f'{_shape(part[old])} in the checkpoint, {_shape(model[new])} in the model'
            for old, new in renamed.items()
            if new in model and new not in self.sources and not new.endswith(COMPUTED)
        }
        used = {*self.sources.values(), *(old for old in renamed if renamed[old] in reshaped)}
        return Fit(
            [name for name in self.sources if not name.endswith(COMPUTED)],
            [
                name
                for name in model
                if name not in self.sources and name not in reshaped and not name.endswith(COMPUTED)
            ],
            [name for name in part if name not in used and not name.endswith(COMPUTED)],
            reshaped,
        )


def best_match(
    weights: Mapping[str, Tensor], model: Mapping[str, Tensor], prefix: str | None = None
) -> Match:
    """The part of a file and the library's names with which most weights fit the model.

    Args:
        weights: The weights of the file.
        model: The weights of the model.
        prefix: The start of the names of the part, such as ``backbone.``; None tries all parts.

    Raises:
        ValueError: If no name starts with the prefix.
    """
    if prefix is not None and not any(name.startswith(prefix) for name in weights):
        starts = sorted({name.partition('.')[0] for name in weights})
        raise ValueError(
            f'No weight in the file starts with prefix="{prefix}": its {len(weights)} names start '
            f'with {", ".join(starts[:6])}{", ..." if len(starts) > 6 else ""}.'
        )
    best = Match('', SAME_NAMES, {})
    equal: list[str] = []
    for start in [prefix] if prefix is not None else _prefixes(weights, len(model)):
        part = _part(weights, start)
        for layout in LAYOUTS:
            sources = {
                new: old
                for old, new in layout.rename(part).items()
                if new in model
                and not new.endswith(NEVER_LOADED)
                and _fits(new, part[old], model[new])
            }
            if len(sources) > len(best.sources):
                best, equal = Match(start, layout, sources), []
            elif len(sources) == len(best.sources) and start != best.prefix:
                equal.append(start)
    return Match(best.prefix, best.layout, best.sources, tuple(dict.fromkeys(equal)))


def _prefixes(weights: Mapping[str, Tensor], wanted: int) -> Iterator[str]:
    """Starts of enough names, the shortest first."""
    counts: Counter[str] = Counter()
    for name in weights:
        parts = name.split('.')
        counts.update('.'.join(parts[:depth]) + '.' for depth in range(1, len(parts)))
    yield ''
    for prefix in sorted(counts, key=lambda prefix: (prefix.count('.'), prefix)):
        if counts[prefix] >= LEAST_PART * wanted:
            yield prefix


def _part(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): weight
        for name, weight in weights.items()
        if name.startswith(prefix)
    }


def _fits(name: str, weight: Tensor, place: Tensor) -> bool:
    if name.endswith(TABLE) and weight.ndim == place.ndim == 2:
        return weight.shape[1] == place.shape[1]
    return _core(weight) == _core(place)


def _core(weight: Tensor) -> tuple[int, ...]:
    """The shape without ones at its end: a linear layer equals a 1x1 convolution."""
    shape = tuple(weight.shape)
    while shape and shape[-1] == 1:
        shape = shape[:-1]
    return shape


def _reshaped(weight: Tensor, place: Tensor) -> Tensor:
    if _core(weight) == _core(place):
        return weight.reshape(place.shape)
    # The table of another window, (2 w - 1)^2 offsets in a square: interpolated.
    old, new = (round(len(table) ** 0.5) for table in (weight, place))
    square = weight.float().T.reshape(1, -1, old, old)
    return functional.interpolate(square, (new, new), mode='bicubic').reshape(-1, new * new).T


def _shape(weight: Tensor) -> str:
    return f'({", ".join(map(str, weight.shape))})'
