"""A file with one line per result of a long run, so that a killed run can be resumed."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmfer.files import write_atomically
from mmfer.reading import LONGEST_RESULT, binary_lines, check_form, check_regular
from mmfer.settings import check_same

Row = dict[str, Any]


class Journal:
    """A file of JSON lines: first the options of the run, then one line for each result.

    Args:
        path: The file; an incomplete last line, left by a killed process, is removed.
        options: Everything on which the results depend, as JSON values. None for a file of results
            only, if the options are recorded elsewhere.
        anew: Replace an existing file that was written with other options.
        form: The type of a result, see :func:`mmfer.reading.check_form`.

    Raises:
        ValueError: If the file is damaged or no regular file, or was written with other options
            and ``anew`` is False.
    """

    def __init__(
        self,
        path: Path,
        options: Mapping[str, Any] | None = None,
        anew: bool = False,
        form: Any = Row,
    ) -> None:
        self.path = path
        self.rows: list[Row] = []
        lines = self._whole_lines()
        if options is None:
            self.rows = lines
            self._check_rows(form)
            return
        head = lines[0] if lines else None
        if head == options:
            self.rows = lines[1:]
            self._check_rows(form)
            return
        if head is not None and not anew:
            check_same(
                head,
                options,
                f'The run that left {len(lines) - 1} results in "{path}"',
                'Give the same options to continue, start again with overwrite (--overwrite), or '
                'delete the file.',
            )
        write_atomically(path, json.dumps(options) + '\n')

    def add(self, row: Row) -> None:
        """Append a result to the file and to ``rows``."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open('a', encoding='utf-8', newline='\n') as file:
            file.write(json.dumps(row) + '\n')
        self.rows.append(row)

    def remove(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)

    def _check_rows(self, form: Any) -> None:
        for i, row in enumerate(self.rows, 1):
            check_form(row, form, f'"{self.path}", result {i}', 'Delete the file to start again.')

    def _whole_lines(self) -> list[Row]:
        check_regular(self.path)
        if not self.path.is_file():
            return []
        with self.path.open('rb') as file:
            found = list(binary_lines(file, self.path, LONGEST_RESULT))
        lines = [line for line in found if line.endswith(b'\n')]
        size = sum(map(len, lines))
        if size != self.path.stat().st_size:
            os.truncate(self.path, size)
        try:
            return [dict(json.loads(line)) for line in lines]
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(
                f'"{self.path}" is damaged: {error}. Delete the file; the run then starts again.'
            ) from error
