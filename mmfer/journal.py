"""Results kept a line each while a long run goes on, so that a killed one can be resumed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Journal:
    """A file of JSON lines: first what the run is told, then one line for each result.

    Args:
        path: The file; a last line that a kill left unfinished is cut off.
        options: All on which the results depend, as JSON values.
        anew: Begin a new file where the one that is there is of other options.

    Raises:
        ValueError: If the file is of other options, and ``anew`` is False.
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
                f'{"; ".join(changed) or "more of them"}. Give the same options to go on, or begin '
                'anew with overwrite (--overwrite), or delete the file.'
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(options) + '\n', encoding='utf-8')

    def add(self, row: Row) -> None:
        """Keep a result, in the file and in ``rows``."""
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
                f'"{self.path}" is damaged: {error}. Delete it; the run begins anew then.'
            ) from error
