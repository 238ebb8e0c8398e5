"""The motion from the onset frame to later frames, as the input of a network."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmfer.datasets.transforms.derived_fields import refuse_derived_fields
from mmfer.registry import TRANSFORMS


def difference(onset: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """The difference (H, W, 1) of two grey frames (H, W), each with mean 0 and variance 1.

    So neither a brighter nor a more contrasted frame counts as a motion.
    """
    return (_standardized(frame) - _standardized(onset))[..., None]


def flow(onset: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """The optical flow (H, W, 2), x and y in pixels, by OpenCV's DIS (Kroeger et al. 2016)."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return dis.calc(_bytes(onset), _bytes(frame), None)  # type: ignore[call-overload]


def flow_and_strain(onset: np.ndarray, frame: np.ndarray) -> np.ndarray:
    r"""The optical flow (u, v) and the norm of its strain, (H, W, 3).

    The norm is that of the matrix of small strains (Shreve et al. 2009):
    :math:`(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2)^{1/2}`.
    """
    uv = flow(onset, frame)
    (u_y, u_x), (v_y, v_x) = np.gradient(uv[..., 0]), np.gradient(uv[..., 1])
    strain = np.sqrt(u_x**2 + v_y**2 + (u_y + v_x) ** 2 / 2)
    return np.concatenate([uv, strain[..., None]], axis=-1)


MODES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    'difference': difference,
    'flow': flow,
    'flow+strain': flow_and_strain,
}

SEQUENCE = 'sequence'
LEAST_SIDE = 12
"""The least side of frames, in pixels, for the optical flow."""


@TRANSFORMS.register_module()
class MotionInput(BaseTransform):
    """Replace the frames of :class:`LoadClip` by the motion between them.

    Put geometric transforms before this transform: a later flip would also have to change
    the sign of the horizontal flow.

    Args:
        mode: ``'difference'``: the :func:`difference` of the frames, one channel. ``'flow'``: the
            optical :func:`flow`, two channels. ``'flow+strain'``: :func:`flow_and_strain`, three
            channels, the input of Liong et al. 2019 (STSTNet). ``'sequence'``: the difference of
            each later frame from the onset frame, one channel each, for a data set with
            ``between`` frames.
        size: Side in pixels to which the motion is averaged; None keeps the size of the frames.

    Raises:
        ValueError: If the mode is unknown, the size is below 1, the sample has another number of
            frames than two, or for a sequence less than two, or the frames are too small for the
            flow.

    Example:
        >>> motion = dict(type='MotionInput', mode='flow+strain', size=28)
    """

    def __init__(self, mode: str = 'difference', size: int | None = 28) -> None:
        if mode not in (*MODES, SEQUENCE):
            known = ', '.join((*MODES, SEQUENCE))
            raise ValueError(f"MotionInput: mode='{mode}' must be one of: {known}.")
        if size is not None and (not isinstance(size, int) or size < 1):
            raise ValueError(
                f'MotionInput: size={size!r} must be a whole number of pixels, at least 1.'
            )
        self.mode, self.size = mode, size

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace ``img`` (H, W, frames) by the motion (size, size, C) float32."""
        refuse_derived_fields(results, 'MotionInput')
        frames = results['img']
        several = self.mode == SEQUENCE
        if frames.ndim != 3 or frames.shape[2] < 2 or (frames.shape[2] > 2 and not several):
            raise ValueError(
                f'MotionInput: "{results.get("img_path", "an image")}" has the shape '
                f'{frames.shape}, not (H, W, 2). Put LoadClip first in the pipeline; more frames '
                f"than two need mode='{SEQUENCE}'."
            )
        if self.mode.startswith('flow') and min(frames.shape[:2]) < LEAST_SIDE:
            raise ValueError(
                f'MotionInput: the frames of "{results.get("img_path", "an image")}" have '
                f'{frames.shape[1]} x {frames.shape[0]} pixels, too few for the optical flow. Give '
                f'{LEAST_SIDE} or more, by a larger size of AlignFace.'
            )
        onset, *later = np.moveaxis(frames, -1, 0)
        move = difference if several else MODES[self.mode]
        motion = np.concatenate([move(onset, frame) for frame in later], axis=-1)
        if self.size is not None:
            square = (self.size, self.size)  # OpenCV averages four channels at most
            shrunk = [
                cv2.resize(c, square, interpolation=cv2.INTER_AREA)
                for c in np.moveaxis(motion, -1, 0)
            ]
            motion = np.stack(shrunk, axis=-1)
        shape = motion.shape[:2]
        motion = np.ascontiguousarray(motion, dtype=np.float32)
        return {**results, 'img': motion, 'img_shape': shape, 'motion': self.mode}


def _standardized(frame: np.ndarray) -> np.ndarray:
    return (frame - frame.mean()) / max(float(frame.std()), 1e-6)


def _bytes(frame: np.ndarray) -> np.ndarray:
    return np.clip(np.round(frame), 0, 255).astype(np.uint8)
