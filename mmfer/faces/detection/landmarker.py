"""68 landmarks of faces in PyTorch, each with a confidence."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mmfer.device import usable_device
from mmfer.faces.detection.landmark_network import LandmarkNetwork, normalized
from mmfer.faces.detection.landmark_search import LandmarkSearch

WEIGHTS = Path(__file__).parents[1] / 'assets' / 'landmarker.npz'


class FaceLandmarker(LandmarkSearch):
    """Finds the 68 points of iBUG 300-W in faces, with the probability that each is visible.

    The network (:class:`LandmarkNetwork`) was trained only on renderings of this package
    (``configs/landmarker/``), whose points and occluders are known exactly.

    Args:
        weights: An ``.npz`` file written by ``tools/misc/convert_landmarker_weights.py``; None uses
            the weights shipped with mmfer.
        device: Device of the network, such as ``'cpu'`` or ``'cuda'``.
        mirror: Whether points and scores are averaged over a face and its mirror image, which takes
            twice as long.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file does not hold weights of this network.

    Example:
        >>> from mmfer.faces import MTCNN, FaceLandmarker, read_image
        >>> image = read_image('group.jpg')
        >>> faces = MTCNN().detect(image)
        >>> boxes = np.array([face.bbox for face in faces]).reshape(-1, 4)
        >>> points, scores = FaceLandmarker().detect(image, boxes)
        >>> points.shape, scores.shape
        ((3, 68, 2), (3, 68))
    """

    def __init__(
        self, weights: str | Path | None = None, device: str = 'cpu', mirror: bool = False
    ) -> None:
        super().__init__(mirror)
        self.network = LandmarkNetwork()
        self.network.load_state_dict(read_weights(weights or WEIGHTS, self.network.state_dict()))
        self.network.eval().to(usable_device(device))
        self.device = device

    @torch.inference_mode()
    def run_network(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`LandmarkSearch`."""
        x = torch.from_numpy(crops).to(self.device).permute(0, 3, 1, 2)
        points, logits, _ = self.network(normalized(x.float()))
        return points.cpu().numpy(), logits.sigmoid().cpu().numpy()


def read_weights(path: str | Path, expected: dict[str, Tensor]) -> dict[str, Tensor]:
    """Read weights from an ``.npz`` file and check their names and shapes against a network.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not an ``.npz`` file, or holds other arrays.
    """
    advice = 'Write it with tools/misc/convert_landmarker_weights.py.'
    if not Path(path).is_file():
        raise FileNotFoundError(f'No weights at "{path}". {advice}')
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except Exception as error:  # reading a damaged file may raise any error
        raise ValueError(f'"{path}" is not an .npz file of arrays: {error}. {advice}') from error
    if arrays.keys() != expected.keys():
        odd = sorted(arrays.keys() ^ expected.keys())
        raise ValueError(
            f'"{path}" holds weights of another network: {len(odd)} names differ, such as '
            f'{odd[0]}. {advice}'
        )
    for name, array in arrays.items():
        shape = tuple(expected[name].shape)
        if array.shape != shape or array.dtype.kind not in 'fiu' or not np.isfinite(array).all():
            raise ValueError(
                f'"{path}": {name} is {array.dtype} of shape {array.shape}, not finite numbers of '
                f'shape {shape}. {advice}'
            )
    return {name: torch.from_numpy(a).to(expected[name].dtype) for name, a in arrays.items()}
