"""Results kept in a file, a line each, while a long run goes on, so that it can be resumed."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmfer.files import write_atomically
from mmfer.settings import check_same

Row = dict[str, Any]


class Journal:
    """A file of JSON lines: first the options of the run, then one line for each result.

    Args:
        path: The file; a last line that a kill left unfinished is cut off.
        options: All on which the results depend, as JSON values. None for a file of results
            alone, whose options are recorded elsewhere.
        anew: Begin a new file where the one that is there is of other options.

    Raises:
        ValueError: If the file is damaged, or is of other options and ``anew`` is False.
    """

    def __init__(
        self, path: Path, options: Mapping[str, Any] | None = None, anew: bool = False
    ) -> None:
        self.path = path
        self.rows: list[Row] = []
        lines = self._whole_lines()
        if options is None:
            self.rows = lines
            return
        head = lines[0] if lines else None
        if head == options:
            self.rows = lines[1:]
            return
        if head is not None and not anew:
            check_same(
                head,
                options,
                f'The run that left {len(lines) - 1} results in "{path}"',
                'Give the same options to go on, or begin anew with overwrite (--overwrite), or '
                'delete the file.',
            )
        write_atomically(path, json.dumps(options) + '\n')

    def add(self, row: Row) -> None:
        """Keep a result, in the file and in ``rows``."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open('a', encoding='utf-8', newline='\n') as file:
            file.write(json.dumps(row) + '\n')
        self.rows.append(row)

    def remove(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)

    def _whole_lines(self) -> list[Row]:
        if not self.path.is_file():
            return []
        content = self.path.read_bytes()
        whole = content[: content.rfind(b'\n') + 1]
        if whole != content:
            os.truncate(self.path, len(whole))
        try:
            return [dict(json.loads(line)) for line in whole.splitlines()]
        except (ValueError, TypeError) as error:
            raise ValueError(
                f'"{self.path}" is damaged: {error}. Delete the file; the run then starts again.'
            ) from error
