"""Sources of the landmarks of a clip: given arrays, a sidecar, or detection in the frames."""

from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

import numpy as np

from mmfer.faces.clips.clip import Clip, FolderClip
from mmfer.faces.clips.face_appearance import FaceAppearance
from mmfer.faces.clips.face_presence import is_face
from mmfer.faces.detection.face_finder import Detector, Landmarker, detect_in_crop
from mmfer.faces.detection.mtcnn import MTCNN
from mmfer.faces.sidecar import read_sidecar

FrameLandmarks = Callable[[int, np.ndarray], np.ndarray | None]
"""Maps the position of a frame in the clip and the frame (H, W[, 3]) uint8 to landmarks (68, 2) in
pixels, or to None if the frame has no face."""
LEAST_SCORE = 0.5
"""Below this mean probability that a landmark is visible, the face counts as hidden."""
CHOICES = ('best', 'largest', 'left', 'right')
"""Names of one of several faces; a number counts the faces from the left, from 0."""
"""Which of several faces is followed: the most certain one, or by size or position."""

DISTANCE_COST = 0.1
"""What a distance of one face counts, compared with a change of the look."""
CHECK_PERSON = (
    'Several faces look like the followed person; the most similar one is followed. Check that it '
    'is the right one.'
)


def given_landmarks(landmarks: np.ndarray, clip: Clip) -> FrameLandmarks:
    """Known landmarks: (68, 2) for all frames, or (T, 68, 2) with NaN in frames without a face.

    Raises:
        ValueError: If the landmarks have another shape.
    """
    landmarks = np.asarray(landmarks, dtype=np.float64)
    count = len(clip.numbers)
    if landmarks.shape not in ((68, 2), (count, 68, 2)):
        raise ValueError(
            f'{clip.name}: landmarks of the shape {landmarks.shape}. Give (68, 2) for all frames, '
            f'or ({count}, 68, 2) for the {count} frames, with NaN in frames without a face.'
        )
    frames = landmarks.reshape(-1, 68, 2)

    def find(position: int, _: np.ndarray) -> np.ndarray | None:
        points = frames[position % len(frames)]
        return points if np.isfinite(points).all() else None

    return find


class SidecarLandmarks:
    """Landmarks of the frames of clips, read from a sidecar; the largest face of a frame counts.

    Args:
        path: The sidecar.
        root: The folder to which the file names in the sidecar are relative. None takes the parent
            of the sidecar's folder, as in data sets (``annotations/faces.json``).

    Raises:
        FileNotFoundError: If the sidecar does not exist.
        ValueError: If the file is not a sidecar, or holds no face with 68 landmarks.
    """

    def __init__(self, path: str | Path, root: str | Path | None = None) -> None:
        self.path = Path(path)
        self.root = Path(root) if root is not None else self.path.absolute().parent.parent
        images, _ = read_sidecar(path)
        resolved = self.root.resolve()
        self.by_folder: dict[Path, dict[str, np.ndarray]] = {}
        for image in images:
            file = resolved / image.file_name
            points = [f.landmarks68 for f in image.faces if f.landmarks68 is not None]
            if points:
                largest = max(points, key=lambda found: float(np.ptp(found, axis=0).prod()))
                self.by_folder.setdefault(file.parent, {})[file.name] = largest
        if not self.by_folder:
            raise ValueError(
                f'The sidecar "{path}" holds no face with 68 landmarks. Give another sidecar, or '
                'none.'
            )

    def of(self, clip: Clip) -> np.ndarray:
        """The landmarks (T, 68, 2) of the frames of a clip, with NaN in frames without a face.

        The landmarks of very large frames, which are shrunk when they are read, are scaled with
        them.

        Raises:
            ValueError: If the clip is not a folder, or the sidecar has no frame of this folder.
        """
        if not isinstance(clip, FolderClip):
            raise ValueError(
                f'{clip.name}: a sidecar describes image files, but this clip is not a folder of '
                'images. Leave the sidecar out.'
            )
        found = self.by_folder.get(clip.folder.resolve(), {})
        lost = np.full((68, 2), np.nan)
        landmarks = np.stack([found.get(path.name, lost) for path in clip.paths])
        factors = np.reshape(clip.shrunk, (-1, 1, 1))
        # (0, 0) is the center of the first pixel, not its corner.
        landmarks = (landmarks - (factors - 1) / 2) / factors
        if np.isnan(landmarks).all():
            raise ValueError(
                f'The sidecar "{self.path}" has no landmarks of frames in "{clip.folder}"; its '
                f'file names are relative to "{self.root}". Give another sidecar, or none.'
            )
        return landmarks


def check_choice(face: str | int) -> None:
    """Check the choice of one of several faces.

    Raises:
        ValueError: If it is neither one of :data:`CHOICES` nor a number from 0 on.
    """
    if face not in CHOICES and not (isinstance(face, int) and face >= 0):
        raise ValueError(
            f'face={face!r} is unknown. Choose one of {", ".join(CHOICES)}, or a number, which '
            'counts the faces from the left, from 0.'
        )


class DetectedLandmarks:
    """Landmarks detected in the frames: one face, followed from frame to frame.

    A face is followed by its position and by its look (:class:`FaceAppearance`). If the face at the
    last position looks different, because people change places, or if there is none, it is
    searched: a face that looks like it, at most its own height away for each frame since it was
    seen. If there is none, the face is lost.

    Args:
        landmarker: Finds the landmarks in a box.
        detector: Finds the faces in the first frame and after the face was lost, and decides
            whether a box still holds a face.
        face: Which face of the first frame is followed: one of :data:`CHOICES`, or a number, which
            counts the faces from the left, from 0.

    Attributes:
        messages: Warnings about several faces.
        unlike: Positions of frames with other or covered faces only.
    """

    def __init__(
        self, landmarker: Landmarker, detector: Detector | None = None, face: str | int = 'best'
    ) -> None:
        check_choice(face)
        self.landmarker, self.detector, self.face = landmarker, detector or MTCNN(), face
        self.look: FaceAppearance | None = None
        self.box: np.ndarray | None = None
        self.last = np.zeros(4)
        self.seen = 0
        self.from_center = np.zeros(4)
        self.messages: list[str] = []
        self.unlike: list[int] = []

    def __call__(self, position: int, frame: np.ndarray) -> np.ndarray | None:
        image = frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2)
        points = None if self.box is None else self._in_box(image, self.box)
        if points is None or not self._same(image, points):
            seen = points is not None
            points = self._first(image) if self.look is None else self._again(image, position)
            if points is None:
                self.box = None
                if seen:
                    self.unlike.append(position)
                return None
        self.look = self.look or FaceAppearance(image, points)
        self.look.compare(image, points)
        self.seen = position
        self.box = self.last = self.from_center + np.tile(points.mean(axis=0), 2)
        return points

    def _same(self, image: np.ndarray, points: np.ndarray) -> bool:
        return self.look is None or self.look.compare(image, points, learn=False).same

    def _first(self, image: np.ndarray) -> np.ndarray | None:
        """The landmarks of the chosen face of the first frame with faces."""
        faces = detect_in_crop(self.detector, image)
        if not faces:
            return None
        boxes = [face.bbox for face in faces]
        if isinstance(self.face, int):
            return self._within(image, self._numbered(boxes, self.face))
        if len(boxes) > 1:
            others = ' or '.join(repr(one) for one in CHOICES if one != self.face)
            self.messages.append(
                f'{len(boxes)} faces are shown; the {self.face} one is followed. Choose another by '
                f'face={others}, or by its number from the left, from 0.'
            )
        if self.face == 'largest':
            box = max(boxes, key=lambda box: float((box[2:] - box[:2]).prod()))
        elif self.face in ('left', 'right'):
            boxes.sort(key=lambda box: float(box[0]))
            box = boxes[0 if self.face == 'left' else -1]
        else:
            box = max(faces, key=lambda face: face.score or 0).bbox
        return self._within(image, box)

    def _numbered(self, boxes: list[np.ndarray], number: int) -> np.ndarray:
        if number >= len(boxes):
            raise ValueError(
                f'face={number}: the first frame with faces shows only {len(boxes)}, numbered from '
                f'0 from the left. Give a number up to {len(boxes) - 1}.'
            )
        return sorted(boxes, key=lambda box: float(box[0]))[number]

    def _again(self, image: np.ndarray, position: int) -> np.ndarray | None:
        """The landmarks of the followed face at another place; None if no face looks like it."""
        assert self.look is not None
        height = float(np.ptp(self.last[1::2]))
        alike = []
        for face in detect_in_crop(self.detector, image):
            distance = float(np.abs(face.bbox - self.last).max()) / height
            points = self._in_box(image, face.bbox)
            if points is None or distance >= position - self.seen:
                continue
            found = self.look.compare(image, points, learn=False)
            if found.same:
                alike.append((found.changed + DISTANCE_COST * distance, face.bbox))
        if len(alike) > 1 and CHECK_PERSON not in self.messages:
            self.messages.append(CHECK_PERSON)
        return self._within(image, min(alike, key=itemgetter(0))[1]) if alike else None

    def _within(self, image: np.ndarray, box: np.ndarray) -> np.ndarray | None:
        """The landmarks in a detected box, from which the face is followed."""
        points = self._in_box(image, box)
        if points is not None:
            self.from_center = box - np.tile(points.mean(axis=0), 2)
        return points

    def _in_box(self, image: np.ndarray, box: np.ndarray) -> np.ndarray | None:
        points, scores = self.landmarker.detect(image, box[None])
        if scores[0].mean() < LEAST_SCORE or not is_face(self.detector, image, box):
            return None
        return points[0]
