"""What the page answers to a photograph or a video."""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Lock

import numpy as np

from mmfer.apis import FERInferencer
from mmfer.apis.face_inferencer import RENDERED_NOTE
from mmfer.apis.inputs import Source
from mmfer.apis.predictions import FacePrediction, ImagePrediction
from mmfer.apis.video import read_frames
from mmfer.apis.video_files import ANNOTATED, TABLE, TIMELINE, VideoFiles
from mmfer.checks.openmmlab import needs_pytorch, without_pytorch
from mmfer.demo.limits import MOST_FACES, MOST_FRAMES, MOST_SECONDS, check_frame, load_photo
from mmfer.faces.video import Frame, open_video
from mmfer.visualization import LabelledFace, draw_faces
from mmfer.visualization.faces import draw_boxes

Row = list[str | int | float]


@dataclass
class Answer:
    """What the page shows.

    Args:
        message: What was found, or why nothing was.
        image: The annotated photograph, (H, W, 3) uint8 RGB, or a plot over time.
        rows: Face, answer, confidence, and "yes" if unsure, for each face.
        faces: Images with captions: Grad-CAM of the faces, or frames of a video.
        files: Files to download.
    """

    message: str
    image: np.ndarray | str | None = None
    rows: list[Row] = field(default_factory=list)
    faces: list[tuple[np.ndarray, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Reader:
    """Reads photographs and videos with a choice of models, one at a time.

    Args:
        models: Names of shipped models, or checkpoints with a config inside; the first is loaded at
            once, the others when they are chosen.
        device: The device of the models.

    Raises:
        FileNotFoundError: If the first model does not exist.
        ValueError: If the first model cannot be loaded, or there is none.
    """

    def __init__(self, models: list[str], device: str = 'cpu') -> None:
        if not models:
            raise ValueError('There is no model. Give the name of a shipped model or a checkpoint.')
        self.models, self.device = models, device
        self._loaded: dict[str, FERInferencer] = {}
        self._lock = Lock()
        self._model(models[0])

    def photo(self, path: str | None, model: str, explain: bool = False) -> Answer:
        """The answer to a photograph; an error in the input becomes a message.

        Args:
            path: The uploaded file; None if there is none.
            model: One of the models.
            explain: Add the Grad-CAM of the faces.
        """
        if path is None:
            return Answer('Choose a photograph first.')
        with self._lock:
            try:
                inferencer = self._model(model)
                source = Source('upload', lambda: load_photo(path))
                (found,) = inferencer.predict([source])
            except (ValueError, OSError) as error:
                return Answer(_sentence(str(error)))
            if found.image is None:
                return Answer(_sentence(found.message))
            note = RENDERED_NOTE if RENDERED_NOTE in inferencer.notes else ''
            drawn = [_labelled(face) for face in found.faces]
            answer = Answer(found.message, draw_faces(found.image, drawn, found.message, note=note))
            answer.rows = [_row(number, face) for number, face in enumerate(found.faces, 1)]
            if explain:
                self._explain(inferencer, found, answer)
        return answer

    def video(self, path: str | None, model: str, folder: Path) -> Answer:
        """The answer to a video: its first seconds, with a file for each kind of result.

        Args:
            path: The uploaded file; None if there is none.
            model: One of the models.
            folder: An empty folder for the files.
        """
        if path is None:
            return Answer('Choose a video first.')
        with self._lock:
            try:
                return self._watch(path, self._model(model), folder)
            except (ValueError, OSError) as error:
                return Answer(_sentence(str(error).replace(f'"{path}"', 'the upload')))

    def _watch(self, path: str, inferencer: FERInferencer, folder: Path) -> Answer:
        frames: list[tuple[np.ndarray, str]] = []
        with open_video(path) as video:
            every = max(1, round(video.rate / 10))
            names, attributes = inferencer.scored_names, inferencer.loaded.of_attributes
            with VideoFiles(folder, names, attributes, video.rate / every) as files:
                some = map(check_frame, islice(video.frames(every, MOST_SECONDS), MOST_FRAMES))
                for found in read_frames(inferencer, some, smooth=0.3):
                    files.add(found)
                    if len(files.tracks) and files.frames % 10 == 1:
                        frames.append(_frame(found.frame, found.faces))
                summary = files.finish({'model': inferencer.describe()})
        rows = [
            [face['track'], face.get('label', '-'), face['mean_scores'].get(face.get('label'), '-')]
            + [f'{face["first"]:.1f} to {face["last"]:.1f} s']
            for face in summary['faces']
        ]
        count = f'{len(rows)} face{"" if len(rows) == 1 else "s"}'
        message = f'{summary["frames"]} frames read, {count} followed.'
        plot = folder / TIMELINE
        return Answer(
            message,
            str(plot) if plot.is_file() else None,
            rows,
            frames[:12],
            [str(folder / name) for name in (TABLE, ANNOTATED) if (folder / name).is_file()],
        )

    def _model(self, name: str) -> FERInferencer:
        if name not in self.models:
            raise ValueError(f'No model is named "{name}". Choose one of {", ".join(self.models)}.')
        if name not in self._loaded:
            self._loaded[name] = FERInferencer(name, device=self.device)
        return self._loaded[name]

    def _explain(self, inferencer: FERInferencer, found: ImagePrediction, answer: Answer) -> None:
        """Add the Grad-CAM of the first faces, or the reason why there is none."""
        try:
            if without_pytorch():
                raise needs_pytorch('It')
            from mmfer.demo.explanation import explain

            answer.faces += explain(inferencer, found, MOST_FACES)
        except ValueError as error:
            answer.message += f' No Grad-CAM: {error}'


def _sentence(text: str) -> str:
    """A message with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def _labelled(face: FacePrediction) -> LabelledFace:
    unsure = not face.of_attributes and face.unsure
    return LabelledFace(face.face.bbox.tolist(), face.scores, face.of_attributes, unsure)


def _row(number: int, face: FacePrediction) -> Row:
    if face.of_attributes:
        return [number, ', '.join(face.present) or 'none', '-', '-']
    return [number, face.label, round(face.confidence, 3), 'yes' if face.unsure else 'no']


def _frame(frame: Frame, faces: dict[int, FacePrediction]) -> tuple[np.ndarray, str]:
    drawn = draw_boxes(frame.image, [_labelled(face) for face in faces.values()], list(faces))
    return drawn, f'{frame.time:.1f} s'
