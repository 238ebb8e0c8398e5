"""The results of ``tools/predict.py``, written as they come."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from mmfer.apis.predictions import ImagePrediction
from mmfer.faces.annotated_copies import JOURNAL, KEY, RESULTS
from mmfer.files import write_json
from mmfer.journal import Journal


class _Result(TypedDict):
    img_path: str


class _Entry(TypedDict):
    state: list[int]
    annotated: list[str]
    failed: Any
    result: _Result


class ResultFiles:
    """The results of a folder: a journal during the run, ``results.json`` at its end.

    The journal, ``results.jsonl``, has a line for each image. A run with the same options
    continues a killed one, except for images that have changed.

    Args:
        folder: The folder, which is created.
        options: Everything on which the results depend, as JSON values.

    Attributes:
        path: The final file.

    Raises:
        OSError: If the folder cannot be written.
        ValueError: If the journal is damaged.
    """

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / RESULTS
        self._journal = Journal(folder / JOURNAL, options, anew=True, form=_Entry)
        self._entries = {entry['result']['img_path']: entry for entry in self._journal.rows}

    def has(self, path: Path, name: str) -> bool:
        """Whether the journal has the result of an image, whose annotated copy has a name.

        Images that could not be read are tried again.
        """
        entry = self._entries.get(str(path))
        return entry is not None and entry['state'] == _state(path) and entry[KEY] == [name]

    def add(self, path: Path, name: str, prediction: ImagePrediction) -> None:
        """Write the result of an image.

        Args:
            path: The image.
            name: The name of the annotated copy.
            prediction: The result.
        """
        entry = {
            'state': _state(path),
            KEY: [] if prediction.image is None else [name],
            'failed': prediction.failed,
            'result': prediction.to_dict(),
        }
        self._journal.add(entry)
        self._entries[str(path)] = entry

    def finish(self, paths: Sequence[Path]) -> list[dict[str, Any]]:
        """Write the final file, remove the journal, and return the entries of the images."""
        entries = [self._entries[str(path)] for path in paths]
        copies = [name for entry in entries for name in entry[KEY]]
        write_json(self.path, {'results': [entry['result'] for entry in entries], KEY: copies})
        self._journal.remove()
        return entries


def _state(path: Path) -> list[int]:
    """The size and the time of the last change of a file."""
    try:
        state = path.stat()
    except OSError:
        return []
    return [state.st_size, state.st_mtime_ns]
