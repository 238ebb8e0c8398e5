"""A journal of results, one line each, from which a killed run can resume."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Journal:
    """A file of JSON lines: first the options of the run, then one line for each result.

    Args:
        path: The file; an incomplete last line, left by a killed run, is removed.
        options: All values on which the results depend, as JSON values.
        anew: Begin a new file if the existing file has other options.

    Raises:
        ValueError: If the file has other options and ``anew`` is False.
    """

    def __init__(self, path: Path, options: Mapping[str, Any], anew: bool = False) -> None:
        self.path = path
        self.rows: list[Row] = []
        lines = self._whole_lines()
        head = lines[0] if lines else None
        if head == options:
            self.rows = lines[1:]
            return
        if head is not None and not anew:
            changed = [
                f'{name} was {head.get(name)!r} and is {value!r}'
                for name, value in options.items()
                if head.get(name) != value
            ]
            raise ValueError(
                f'"{path}" holds {len(lines) - 1} results of a run with other options: '
                f'{"; ".join(changed) or "more of them"}. To continue, give the same options. To '
                'start again, use overwrite (--overwrite), or delete the file.'
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(options) + '\n', encoding='utf-8')

    def add(self, row: Row) -> None:
        """Append a result to the file and to ``rows``."""
        with self.path.open('a', encoding='utf-8') as file:
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
            self.path.write_bytes(whole)
        try:
            return [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            raise ValueError(
                f'"{self.path}" is damaged: {error}. Delete the file; the run then starts again.'
            ) from error
