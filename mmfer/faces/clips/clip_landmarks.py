"""Sources of the landmarks of a clip: given arrays, a sidecar, or detection in the frames."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from mmfer.faces.clips.clip import Clip, FolderClip
from mmfer.faces.detection.face_finder import Landmarker, detect_in_crop
from mmfer.faces.detection.mtcnn import MTCNN
from mmfer.faces.sidecar import read_sidecar

FrameLandmarks = Callable[[int, np.ndarray], np.ndarray | None]
"""Maps the position of a frame in the clip and the frame (H, W[, 3]) uint8 to landmarks (68, 2) in
pixels, or to None if the frame has no face."""
LEAST_SCORE = 0.5
"""Below this mean confidence of the landmarks, the face is detected again."""


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
        if np.isnan(landmarks).all():
            raise ValueError(
                f'The sidecar "{self.path}" has no landmarks of frames in "{clip.folder}"; its '
                f'file names are relative to "{self.root}". Give another sidecar, or none.'
            )
        return landmarks


class DetectedLandmarks:
    """Landmarks detected in the frames: the face of highest score, followed from frame to frame.

    Args:
        landmarker: Finds the landmarks in a box.
        detector: Finds the box in the first frame and after the face was lost.
    """

    def __init__(self, landmarker: Landmarker, detector: MTCNN | None = None) -> None:
        self.landmarker, self.detector = landmarker, detector or MTCNN()
        self.box: np.ndarray | None = None
        self.from_center = np.zeros(4)

    def __call__(self, position: int, frame: np.ndarray) -> np.ndarray | None:
        image = frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2)
        points = None if self.box is None else self._in_box(image, self.box)
        if points is None or self.box is None:
            faces = detect_in_crop(self.detector, image)
            self.box = max(faces, key=lambda face: face.score or 0).bbox if faces else None
            points = None if self.box is None else self._in_box(image, self.box)
            if points is None or self.box is None:
                self.box = None
                return None
            self.from_center = self.box - np.tile(points.mean(axis=0), 2)
        self.box = self.from_center + np.tile(points.mean(axis=0), 2)
        return points

    def _in_box(self, image: np.ndarray, box: np.ndarray) -> np.ndarray | None:
        points, scores = self.landmarker.detect(image, box[None])
        return points[0] if scores[0].mean() >= LEAST_SCORE else None
