"""The files about a video: a table of all frames and faces, an annotated video, a summary."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import cv2
import numpy as np

from mmfer.apis.result_table import face_cells, face_columns
from mmfer.apis.video import FramePrediction, TrackSummary
from mmfer.files import write_json
from mmfer.visualization.faces import LabelledFace, draw_boxes
from mmfer.visualization.plots.timeline import plot_timeline

TABLE, ANNOTATED, SUMMARY, TIMELINE = 'faces.csv', 'annotated.mp4', 'video.json', 'timeline.png'


class VideoFiles:
    """Writes the answers about a video as they come; a context that closes the files.

    ``faces.csv`` has a row for each frame and face (``frame``, ``time`` in seconds, ``track``, the
    box and the answer); ``annotated.mp4`` shows the boxes; ``video.json`` and ``timeline.png`` sum
    up, once :meth:`finish` is called.

    Args:
        folder: The folder, which is created.
        names: The classes or attributes.
        of_attributes: Whether these are attributes.
        rate: Frames per second of the annotated video; None writes none.

    Raises:
        OSError: If the folder or a file cannot be written.
    """

    def __init__(
        self, folder: Path, names: list[str], of_attributes: bool, rate: float | None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.names, self.of_attributes, self.rate = folder, names, of_attributes, rate
        self.frames = 0
        self.tracks: dict[int, TrackSummary] = {}
        self._file: TextIO = (folder / TABLE).open('w', encoding='utf-8', newline='')
        columns = ['frame', 'time', 'track', *face_columns(names, of_attributes)]
        self._table = csv.DictWriter(self._file, columns, lineterminator='\n')
        self._table.writeheader()
        self._video: cv2.VideoWriter | None = None

    def add(self, found: FramePrediction) -> None:
        """Write the answers for a frame."""
        self.frames += 1
        for track, face in found.faces.items():
            where = {'frame': found.frame.number, 'time': round(found.frame.time, 3)}
            self._table.writerow(where | {'track': track} | face_cells(face.to_dict()))
            summary = self.tracks.setdefault(track, TrackSummary(track))
            summary.times.append(found.frame.time)
            summary.scores.append([face.scores[name] for name in self.names])
        self._file.flush()
        if self.rate is not None:
            faces = [
                LabelledFace(
                    face.face.bbox.tolist(),
                    face.scores,
                    face.of_attributes,
                    not face.of_attributes and face.unsure,
                )
                for face in found.faces.values()
            ]
            self._draw(draw_boxes(found.frame.image, faces, list(found.faces)))

    def finish(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Write the summary with more facts, and the timeline; returns the summary."""
        tracks = list(self.tracks.values())
        summary = {
            **facts,
            'frames': self.frames,
            'faces': [track.to_dict(self.names, self.of_attributes) for track in tracks],
        }
        write_json(self.folder / SUMMARY, summary)
        # What an earlier video left.
        (self.folder / TIMELINE).unlink(missing_ok=True)
        if self._video is None:
            (self.folder / ANNOTATED).unlink(missing_ok=True)
        if tracks:
            plot_timeline(tracks, self.names, self.folder / TIMELINE)
        return summary

    def _draw(self, rgb: np.ndarray) -> None:
        height, width = rgb.shape[:2]
        even = width - width % 2, height - height % 2  # what the codec can store
        if self._video is None:
            path = self.folder / ANNOTATED
            codec = cv2.VideoWriter.fourcc(*'mp4v')
            # MPEG-4 stores a fraction of at most 65535; OpenCV multiplies by 1000 or less.
            rate = self.rate or 1.0
            rate = round(rate, 1 if rate > 65 else 3)
            self._video = cv2.VideoWriter(str(path), codec, rate, even)
            if not self._video.isOpened():
                raise OSError(
                    f'The annotated video "{path}" cannot be written: this OpenCV has no encoder '
                    'for it, or the folder is full. Go on without it: --no-video.'
                )
        bgr = cv2.cvtColor(rgb[: even[1], : even[0]], cv2.COLOR_RGB2BGR)
        self._video.write(bgr)

    def __enter__(self) -> 'VideoFiles':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if self._video is not None:
            self._video.release()
