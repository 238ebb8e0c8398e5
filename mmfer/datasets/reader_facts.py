"""What a reader says of its data set, for the messages where it is not there."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from mmfer.datasets.missing_dataset import missing_dataset


class ReaderFacts:
    """The attributes that a reader gives, and its folder.

    Attributes:
        root: The folder of the data set.
    """

    NAME: ClassVar[str]
    """What messages call the data set."""
    LAYOUTS: ClassVar[Sequence[str]]
    """The files and folders that are read, relative to the root; ``{split}`` is the part."""
    ASK: ClassVar[str]
    """Where to get the data set."""
    RENDERER: ClassVar[str | None] = None
    """The layout of ``tools/render_synthetic.py`` that renders a stand-in, if there is one."""
    IF_ABSENT: ClassVar[str] = 'Copy the images again, or correct or remove the entry.'
    """What to do where an image that the data set lists is not there."""

    root: Path
    split: str = '{split}'
    """The part asked for, in messages."""

    @classmethod
    def check_facts(cls) -> None:
        """Check that the reader gives what it must.

        Raises:
            ValueError: If an attribute is missing.
        """
        absent = [name for name in ('NAME', 'LAYOUTS', 'ASK') if not getattr(cls, name, None)]
        if absent:
            raise ValueError(
                f'The reader {cls.__name__} lacks {", ".join(absent)}. Give the class these '
                'attributes; docs/write_a_reader.md shows what they hold.'
            )

    @classmethod
    def root_of(cls, data_root: str) -> Path:
        """The folder of the data set.

        Raises:
            ValueError: If no path is given, which would be the folder of the program.
        """
        if not str(data_root).strip():
            raise ValueError(
                f'{cls.__name__}(data_root={data_root!r}): give the folder of the data set; "." is '
                'the current one.'
            )
        return Path(data_root).expanduser()

    def check_root(self) -> None:
        """Raise FileNotFoundError if there is no folder of the data set."""
        if not self.root.is_dir():
            raise self.missing('')

    def missing(self, absent: str, part: str | None = None) -> FileNotFoundError:
        """The error to raise where the data set or a part of it is not there.

        Args:
            absent: What was looked for below the root.
            part: The part for which it was; by default the one that was asked for.
        """
        part = part or {'trainval': 'train'}.get(self.split, self.split)
        layouts = [layout.replace('{split}', part) for layout in self.LAYOUTS]
        return missing_dataset(self.NAME, self.root, absent, layouts, self.ASK, self.RENDERER)
