"""The MTCNN face detector in PyTorch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mmfer.faces.detection.cascade import Cascade
from mmfer.faces.detection.mtcnn_networks import ONet, PNet, RNet, normalized

WEIGHTS = Path(__file__).parents[1] / 'assets' / 'mtcnn.npz'


class MTCNN(Cascade, nn.Module):
    """Detects faces and their five points by a cascade of three networks.

    Zhang, Zhang, Li and Qiao, "Joint face detection and alignment using multitask cascaded
    convolutional networks", IEEE Signal Processing Letters 23 (2016). The weights come from the
    PyPI package ``mtcnn`` 1.0.0 (MIT license).

    Args:
        min_face_size: Side in pixels of the smallest face to detect, at least 12. Half the size
            takes about four times as long.
        thresholds: Smallest probabilities of the proposal, refinement and output network.
        max_side: Larger images are shrunk to this longer side for detection, and their faces shrink
            too; None never shrinks. Boxes are always in pixels of the original image.

    Raises:
        ValueError: If an option is out of range.

    Example:
        >>> from mmfer.faces import MTCNN, read_image
        >>> for face in MTCNN(min_face_size=40).detect(read_image('group.jpg')):
        ...     print(face.bbox, face.score, face.landmarks)
    """

    def __init__(
        self,
        min_face_size: int = 24,
        thresholds: Sequence[float] = (0.6, 0.7, 0.8),
        max_side: int | None = 1280,
    ) -> None:
        nn.Module.__init__(self)
        Cascade.__init__(self, min_face_size, thresholds, max_side)
        self.pnet, self.rnet, self.onet = PNet(), RNet(), ONet()
        with np.load(WEIGHTS, allow_pickle=False) as arrays:
            self.load_state_dict({name: torch.from_numpy(arrays[name]) for name in arrays.files})
        self.eval()

    def run_proposal(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets = self._run(self.pnet, images)
        return probability, offsets

    def run_refinement(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets = self._run(self.rnet, images)
        return probability, offsets

    def run_output(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See :class:`Cascade`."""
        probability, offsets, points = self._run(self.onet, images)
        return probability, offsets, points

    @torch.inference_mode()
    def _run(self, network: nn.Module, images: np.ndarray) -> list[np.ndarray]:
        """The outputs of a network for images (N, H, W, 3) uint8."""
        x = torch.from_numpy(images).to(self.pnet.box.weight.device)
        outputs: tuple[Tensor, ...] = network(normalized(x.permute(0, 3, 1, 2).float()))
        return [output.cpu().numpy() for output in outputs]
