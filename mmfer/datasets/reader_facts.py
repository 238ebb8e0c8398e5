"""The information of a reader about its data set, for the message if the data set is missing."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from mmfer.datasets.missing_dataset import missing_dataset


class ReaderFacts:
    """The required attributes of a reader, and its folder.

    Attributes:
        root: The folder of the data set.
    """

    NAME: ClassVar[str]
    """The name of the data set in messages."""
    LAYOUTS: ClassVar[Sequence[str]]
    """The files and folders of the data set, relative to the root; ``{split}`` is the part."""
    ASK: ClassVar[str]
    """Where to get the data set."""
    RENDERER: ClassVar[str | None] = None
    """The layout of ``tools/render_synthetic.py`` for a rendered substitute, or None."""
    IF_ABSENT: ClassVar[str] = 'Copy the images again, or correct or remove the entry.'
    """The advice for a listed image that does not exist."""

    root: Path
    split: str = '{split}'
    """The requested part, for messages."""

    @classmethod
    def check_facts(cls) -> None:
        """Check that the reader has all required attributes.

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
            ValueError: If the path is empty.
        """
        if not str(data_root).strip():
            raise ValueError(
                f'{cls.__name__}(data_root={data_root!r}): give the folder of the data set; "." is '
                'the current one.'
            )
        return Path(data_root).expanduser()

    def check_root(self) -> None:
        """Raise FileNotFoundError if the folder of the data set does not exist."""
        if not self.root.is_dir():
            raise self.missing('')

    def missing(self, absent: str, part: str | None = None) -> FileNotFoundError:
        """The error for a missing data set or part.

        Args:
            absent: The missing file or folder in the root.
            part: The part that needs the file; the default is the requested part.
        """
        part = part or {'trainval': 'train'}.get(self.split, self.split)
        layouts = [layout.replace('{split}', part) for layout in self.LAYOUTS]
        return missing_dataset(self.NAME, self.root, absent, layouts, self.ASK, self.RENDERER)
