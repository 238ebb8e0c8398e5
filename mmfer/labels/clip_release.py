"""What differs between the releases of data sets of micro-expressions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mmfer.labels.errata import Errata

Column = str | int
"""The heading of a column, or its position from 0 in a sheet without headings."""

FIELDS = ('subject', 'clip', 'onset', 'apex', 'offset', 'units', 'emotion')


@dataclass(frozen=True)
class Lookup:
    """A sheet of the coding file that translates a cell; it has no headings.

    Args:
        sheet: The name of the sheet.
        key: The position of the column of the cells.
        value: The position of the column of their translations.
        digits: The number of digits to which a translation is padded with zeros.
    """

    sheet: str
    key: int
    value: int
    digits: int = 0


@dataclass(frozen=True)
class MEGC2019:
    """The part of a data set in the composite of the challenge MEGC 2019.

    Args:
        classes: The class of each emotion; other emotions are not in the composite.
        counts: The official number of clips of each class.
        left_out: Clips of these emotions that are not in the composite.
    """

    classes: Mapping[str, str]
    counts: Mapping[str, int]
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ClipRelease:
    """The files of a data set of micro-expressions as its owners give it out.

    Args:
        name: The name of the data set.
        layout: The name of its layout for ``tools/render_synthetic.py``.
        ask: Where to get the data set.
        fps: Frames per second.
        coding: The names of the coding file, with ``*`` for what differs between versions; empty
            if only the folders tell the emotion.
        columns: The column of each field: those of :data:`FIELDS` that exist, and ``kind``.
        folders: The folders in which the frames of a clip may lie, with ``{subject}``, ``{clip}``,
            ``{onset}``, ``{emotion}`` and ``{video}``, and ``*`` for what is not known.
        example: The path of a frame, as an example.
        frame: The name of a frame, with ``{number}`` and ``{subject}``.
        subject: The name of a subject with a number, such as ``sub{:02d}``.
        emotions: The number of clips of each emotion.
        classes: The class of each emotion, for each number of classes.
        uncertain: What is not sure about this layout; empty if nothing.
        sheets: The names of the sheet with the clips; without one of them, the first sheet.
        headings_within: The headings are in one of this number of first rows; 0: no headings.
        kind: The content of the column ``kind`` for micro-expressions.
        clip_name: The name of a clip after its subject, with the fields of ``folders``.
        lookups: Sheets that translate the subject, or the field ``{video}``, which is the name of a
            clip up to its last ``_``.
        usual: Kinds of oddities that are usual in this release and not reported.
        cropped: The folders of registered, cropped frames, if they exist beside ``folders``.
        cropped_frame: The name of a frame in these folders.
        errata: Known errors in the coding file, or None.
        megc2019: The part in the composite of MEGC 2019, or None.
    """

    name: str
    layout: str
    ask: str
    fps: int
    coding: tuple[str, ...]
    columns: Mapping[str, Column]
    folders: tuple[str, ...]
    example: str
    frame: str
    subject: str
    emotions: Mapping[str, int]
    classes: Mapping[int, Mapping[str, str]]
    uncertain: str = ''
    sheets: tuple[str, ...] = ()
    headings_within: int = 1
    kind: str = ''
    clip_name: str = '{clip}'
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    usual: frozenset[str] = frozenset()
    cropped: tuple[str, ...] = ()
    cropped_frame: str = ''
    errata: Errata | None = None
    megc2019: MEGC2019 | None = None

    @property
    def examples(self) -> tuple[str, ...]:
        """The coding file and a frame, for messages."""
        return (*self.coding[:1], self.example)
