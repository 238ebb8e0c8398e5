"""The input of a micro-expression: the onset frame and later frames of a clip, registered."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform, Compose

from mmfer.datasets.transforms.regions import known_landmarks
from mmfer.faces.clips.registration import FaceRegistration, blurred
from mmfer.registry import TRANSFORMS

STEPS = 20
"""Steps of the registration, which has no frames between the two to start from."""


@TRANSFORMS.register_module()
class LoadClip(BaseTransform):
    """Read the onset frame and the frame of a sample as one grey image with two channels.

    Frames of ``between_paths``, see ``CASME2(between=3)``, become channels between the two.

    The sample needs ``onset_path``, and ``onset_landmarks`` for the registration, see
    ``CASME2(onset=True)``; or the frames in memory, ``img``, ``onset_img`` and ``between_imgs``,
    and no transform that reads a file. The later frames are moved onto the onset frame by
    :class:`mmfer.faces.clips.registration.FaceRegistration`, so that the head stays still; all
    frames are blurred as there. ``landmarks`` becomes those of the onset frame, so that later
    transforms, such as :class:`AlignFace`, move all frames by one matrix and keep their
    difference.

    Args:
        transforms: The transforms that read one frame; the first is usually
            :class:`LoadExpressionImage`.
        register: Whether the later frames are moved onto the onset frame.

    Raises:
        ValueError: If the sample has no onset frame, the frames differ in size, or the registration
            has no landmarks or loses the face.

    Example:
        >>> pipeline = [
        ...     dict(type='LoadClip', transforms=[dict(type='LoadExpressionImage')]),
        ...     dict(type='AlignFace', size=112, margin=0.05),
        ...     dict(type='MotionInput', mode='difference', size=28), dict(type='PackExpression')]
    """

    reads_clip = True

    def __init__(self, transforms: Sequence[dict], register: bool = True) -> None:
        self.read = Compose([TRANSFORMS.build(t) if isinstance(t, dict) else t for t in transforms])
        self.register = self.needs_landmarks = register

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img`` (H, W, 2 + B) float32: the onset frame, B frames, the frame of the sample."""
        clip = results.get('clip', results.get('img_path', 'a sample'))
        if 'onset_path' not in results and 'onset_img' not in results:
            raise ValueError(
                f'LoadClip: the sample of "{clip}" has no onset frame. Set onset=True in the data '
                'set, as CASME2 has it.'
            )
        between = results.get('between_paths', ())
        later = [self.read(dict(results, img_path=path)) for path in between]
        images = results.get('between_imgs', ())
        later += [self.read(dict(results, img=image)) for image in images]
        later.append(self.read(dict(results)))
        unnamed = [f'frame {i} between' for i in range(1, len(images) + 1)]
        paths = (*between, *unnamed, results.get('img_path', 'the frame'))
        first = dict(results, img_path=results.get('onset_path', f'the onset frame of {clip}'))
        if 'onset_img' in results:
            first['img'] = results['onset_img']
        if 'onset_landmarks' in results:
            first['landmarks'] = results['onset_landmarks']
        first = self.read(first)
        for path, frame in zip(paths, later, strict=True):
            if frame['img'].shape != first['img'].shape:
                raise ValueError(
                    f'LoadClip: the onset frame of "{clip}" has the shape {first["img"].shape}, '
                    f'but "{path}" has {frame["img"].shape}. All frames of a clip must have one '
                    'size.'
                )
        onset, *others = (_grey(read['img']) for read in (first, *later))
        if self.register:
            landmarks, _ = known_landmarks(first, 'LoadClip')
            registration = FaceRegistration(onset, landmarks.astype(np.float64), STEPS)
            onset = blurred(onset)
            for i, (path, frame) in enumerate(zip(paths, others, strict=True)):
                moved = registration.align(frame)
                if moved is None:
                    raise ValueError(
                        f'LoadClip: the face of "{first["img_path"]}" is lost in "{path}". Leave '
                        'out the clip, or set register=False.'
                    )
                others[i] = moved
        image = np.stack([onset, *others], axis=-1)
        return {**first, 'img_path': results.get('img_path', clip), 'img': image}


def _grey(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
