"""Which images of a folder ``tools/predict.py`` wrote, so that no tool reads them as new images."""

import json
from pathlib import Path
from typing import Any

from mmfer.reading import LONGEST_RESULT, binary_lines, read_json

RESULTS, JOURNAL = 'results.json', 'results.jsonl'
"""The results of ``tools/predict.py``, and those of a run that has not finished."""
KEY = 'annotated'
"""The entry with the names of the annotated copies."""


def annotated_copies(folder: Path) -> set[str]:
    """The names of the annotated copies in a folder; empty if it has no results of predictions."""
    names: set[str] = set()
    try:
        if (folder / RESULTS).is_file():
            names.update(_names(read_json(folder / RESULTS)))
        if (folder / JOURNAL).is_file():
            with (folder / JOURNAL).open('rb') as file:
                for line in binary_lines(file, folder / JOURNAL, LONGEST_RESULT):
                    names.update(_names(json.loads(line)))
    except (OSError, ValueError, RecursionError):
        pass  # files of other programs, or the incomplete last line of a killed run
    return names


def _names(content: Any) -> list[str]:
    found = content.get(KEY) if isinstance(content, dict) else None
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
