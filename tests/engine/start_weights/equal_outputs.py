"""What holds for every source."""

from pathlib import Path

from tests.engine.start_weights.sources import Source, compare


def check_equal_outputs(source: Source, folder: Path) -> None:
    """All weights fit, and the outputs are equal, though not trivially."""
    found = compare(source, folder)
    assert not found.fit.missing and not found.fit.reshaped
    assert found.spread > 0.05
    assert found.difference < 1e-4 * max(1, found.spread)


def name_of(source: Source) -> str:
    return f'{source.name}-{source.library}'
