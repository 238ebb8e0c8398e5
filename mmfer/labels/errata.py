"""Known errors in the coding files of data sets of micro-expressions."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Errata:
    """Corrections of one official coding file; rows are counted from 0 after the headings.

    An estimated apex is not an annotation: no coder saw it.

    Args:
        source: Where the errors are described.
        rows: The number of rows of the official file.
        apexes: The estimated apex of each row whose apex is ``/``.
        offsets: The right offset of each row with an offset that lies before its apex.
    """

    source: str
    rows: int
    apexes: Mapping[int, int]
    offsets: Mapping[int, int]


CASME2_ERRATA = Errata(
    source='the public benchmark meb (github.com/tvaranka/meb, meb/datasets/datasets.py)',
    rows=255,
    apexes={
        29: 279,
        35: 68,
        43: 77,
        45: 81,
        51: 166,
        53: 100,
        60: 78,
        117: 187,
        118: 89,
        126: 80,
        136: 88,
        147: 134,
        155: 231,
        168: 53,
        170: 329,
        177: 111,
        202: 91,
        203: 103,
        234: 98,
        237: 153,
        238: 98,
    },
    offsets={60: 91},
)
"""The 21 apexes were estimated by optical flow; the wrong offset itself is not published."""
