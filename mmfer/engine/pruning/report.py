"""What pruning did to a model."""

from dataclasses import dataclass

from mmfer.markdown import markdown_table


@dataclass(frozen=True)
class LayerChange:
    """Output channels of a convolution or linear layer."""

    name: str
    before: int
    after: int
    at_floor: bool
    """Whether it keeps channels below the threshold because too few would be left."""


@dataclass(frozen=True)
class PruningReport:
    """What :func:`prune_model` removed."""

    criterion: str
    """``'bn_scale'`` or ``'mlp_norm'``."""
    ratio: float
    """Share of the prunable channels asked to be removed."""
    removed: float
    """Share of them that was: less where a floor or rounding kept some."""
    threshold: float
    """The highest score that was to be removed."""
    layers: list[LayerChange]
    kept: dict[str, list[int]]
    """For every layer and batch norm with fewer output channels, the old indices of those left."""
    parameters: tuple[int, int]
    """Before and after."""
    flops: tuple[float, float]
    """Multiply-adds of one image, before and after."""

    def format_table(self) -> str:
        """A Markdown table of the layers, and a line each for parameters and FLOPs."""
        rows: list[tuple[str, ...]] = []
        for layer in self.layers:
            name = layer.name + (' (at the floor)' if layer.at_floor else '')
            change = f'{_percent(layer.before, layer.after)}'
            rows.append((name, str(layer.before), str(layer.after), change))
        (p, pruned_p), (f, pruned_f) = self.parameters, self.flops
        return '\n'.join(
            [
                markdown_table(('layer', 'channels', 'left', 'change'), rows, align_right=True),
                '',
                f'Channels removed: {100 * self.removed:.1f} % of those that can be; asked for '
                f'{100 * self.ratio:g} %. Threshold ({self.criterion}): {self.threshold:.4g}.',
                f'Parameters: {p / 1e6:.3f} M -> {pruned_p / 1e6:.3f} M ({_percent(p, pruned_p)})',
                f'FLOPs:      {f / 1e9:.3f} G -> {pruned_f / 1e9:.3f} G ({_percent(f, pruned_f)})',
            ]
        )


def _percent(before: float, after: float) -> str:
    return f'{100 * (after / before - 1):+.2f} %'
