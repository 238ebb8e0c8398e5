"""The results of ``tools/predict.py``, written as they come."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from mmfer.apis.predictions import ImagePrediction
from mmfer.apis.result_table import results_table
from mmfer.faces.annotated_copies import JOURNAL, KEY, RESULTS, annotated_copies
from mmfer.files import file_state, writable_text, write_atomically, write_json
from mmfer.journal import Journal


class _Result(TypedDict):
    img_path: str


class _Entry(TypedDict):
    state: list[int]
    annotated: list[str]
    failed: Any
    result: _Result


class ResultFiles:
    """The results of a folder: a journal during the run, ``results.json`` and ``results.csv`` at
    its end.

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
        self._earlier = annotated_copies(folder)
        self._journal = Journal(folder / JOURNAL, options, anew=True, form=_Entry)
        self._entries = {entry['result']['img_path']: entry for entry in self._journal.rows}

    def has(self, path: str | Path, name: str) -> bool:
        """Whether the journal has the result of an image, whose annotated copy has a name.

        Images that could not be read are tried again.
        """
        entry = self._entries.get(writable_text(path))
        return entry is not None and entry['state'] == file_state(path) and entry[KEY] == [name]

    def add(self, path: str | Path, name: str, prediction: ImagePrediction) -> None:
        """Write the result of an image.

        Args:
            path: The image, or its address.
            name: The name of the annotated copy.
            prediction: The result.
        """
        entry = {
            'state': file_state(path),
            KEY: [] if prediction.image is None else [name],
            'failed': prediction.failed,
            'result': prediction.to_dict(),
        }
        self._journal.add(entry)
        self._entries[writable_text(path)] = entry

    def finish(self, paths: Sequence[str | Path], model: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Write the final files, remove the journal, and return the entries of the images.

        Copies that earlier runs left in the folder stay listed, so that no run reads them.

        Args:
            paths: The images, in order.
            model: :meth:`mmfer.apis.FERInferencer.describe`.
        """
        entries = [self._entries[writable_text(path)] for path in paths]
        copies = [name for entry in entries for name in entry[KEY]]
        here = set(os.listdir(self.path.parent))
        copies += sorted((self._earlier & here).difference(copies))
        results = [entry['result'] for entry in entries]
        write_json(self.path, {'model': dict(model), 'results': results, KEY: copies})
        write_atomically(self.path.with_suffix('.csv'), results_table(results))
        self._journal.remove()
        return entries
