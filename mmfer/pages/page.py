"""A page of sections with text, tables and images, in one HTML file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmfer.files import write_atomically

TEMPLATE = Path(__file__).with_name('page.html')
NUMBER = re.compile(r'[-+<]?\s?[\d.e-]*( to -?[\d.]+)?')
"""Cells with a number, an interval or nothing."""


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Args:
        text: The text, without markup.
        warning: Whether the paragraph is marked.
    """

    text: str
    warning: bool = False
    kind: str = field(default='text', init=False)


@dataclass(frozen=True)
class Table:
    """A table; columns of numbers are aligned to the right.

    Args:
        head: The names of the columns.
        rows: The cells.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    kind: str = field(default='table', init=False)

    @property
    def numeric(self) -> list[bool]:
        """Whether each column has only numbers, intervals, hyphens and empty cells."""
        columns = ([row[i] for row in self.rows] for i in range(len(self.head)))
        return [all(NUMBER.fullmatch(cell) for cell in column) for column in columns]


@dataclass(frozen=True)
class Figure:
    """An image.

    Args:
        source: A ``data:`` address, from :mod:`mmfer.pages.inline_images`.
        alt: What the image shows, for people who do not see it.
        caption: The text below; lines are kept.
        right: Whether the image shows a right or a wrong answer; None if neither.
    """

    source: str
    alt: str
    caption: str = ''
    right: bool | None = None
    kind: str = field(default='figure', init=False)


@dataclass(frozen=True)
class Gallery:
    """Images side by side.

    Args:
        figures: The images.
        wide: Whether the images are figures, of which two fill a line; on a phone, one does.
    """

    figures: Sequence[Figure]
    wide: bool = False
    kind: str = field(default='gallery', init=False)


@dataclass(frozen=True)
class Listing:
    """A long text in its lines, such as a config, folded until it is opened."""

    title: str
    text: str
    kind: str = field(default='listing', init=False)


Block = Text | Table | Figure | Gallery | Listing


@dataclass(frozen=True)
class Section:
    """A part of a page."""

    title: str
    blocks: Sequence[Block]

    @property
    def anchor(self) -> str:
        """The name of the section in addresses."""
        return self.title.lower().replace(' ', '-')


def render_page(title: str, facts: Sequence[str], sections: Sequence[Section]) -> str:
    """The HTML of a page. All texts are escaped.

    Args:
        title: The heading.
        facts: Lines below the heading.
        sections: The sections; sections without blocks are left out.
    """
    from jinja2 import Environment, StrictUndefined  # takes a moment to import

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding='utf-8'))
    shown = [section for section in sections if section.blocks]
    return template.render(title=title, facts=facts, sections=shown)


def write_page(
    path: str | Path, title: str, facts: Sequence[str], sections: Sequence[Section]
) -> None:
    """Write a page; see :func:`render_page`.

    Raises:
        OSError: If the file cannot be written.
    """
    write_atomically(path, render_page(title, facts, sections))
