"""The shipped detector and landmarker as ONNX files."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mmfer.engine.runtimes.onnx_model import TO_EXPORT, TOLERANCE, with_metadata
from mmfer.faces.detection.cascade import STRIDE
from mmfer.faces.detection.landmark_network import normalized as normalized_crops
from mmfer.faces.detection.landmark_search import CROP_MARGIN, CROP_SIZE
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.faces.detection.mtcnn import MTCNN
from mmfer.faces.detection.mtcnn_networks import normalized as normalized_windows
from mmfer.faces.face import KEYPOINT_NAMES, LANDMARK_NAMES
from mmfer.runtime.face_networks import DETECTOR, FORMAT, LANDMARKER, PARTS
from mmfer.runtime.onnx_network import OnnxNetwork, check_packages

KINDS = (DETECTOR, LANDMARKER)
_FREE = torch.export.Dim.DYNAMIC
_WIDE = (3, 31, 45)
"""The shape of an example for the proposal network, which takes any."""


class _Detector(nn.Module):
    """The three networks of MTCNN side by side, from pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.mtcnn = MTCNN()

    def forward(self, proposal: Tensor, refinement: Tensor, output: Tensor) -> tuple[Tensor, ...]:
        networks = (self.mtcnn.pnet, self.mtcnn.rnet, self.mtcnn.onet)
        images = (normalized_windows(x) for x in (proposal, refinement, output))
        return tuple(y for network, x in zip(networks, images, strict=True) for y in network(x))


class _Landmarker(nn.Module):
    """The network of FaceLandmarker from pixels, with probabilities instead of logits."""

    def __init__(self) -> None:
        super().__init__()
        self.network = FaceLandmarker().network

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        points, logits, _ = self.network(normalized_crops(images))
        return points, logits.sigmoid()


def face_network(kind: str) -> bytes:
    """The content of an ONNX file with the shipped detector or landmarker.

    All inputs are batches (N, 3, H, W) float32, RGB pixels from 0 to 255. The metadata say what
    inputs and outputs mean. Before the content is returned, its outputs for random pixels are
    compared with those of PyTorch. The detector has three networks, and a batch for those that are
    not asked is empty.

    Args:
        kind: ``'detector'`` or ``'landmarker'``.

    Raises:
        ValueError: If the packages that write ONNX are missing, or an output differs from that of
            PyTorch by more than 1e-4.

    Example:
        >>> Path('detector.onnx').write_bytes(face_network('detector'))
    """
    check_packages(TO_EXPORT)
    if kind == DETECTOR:
        shapes = [_WIDE, *((3, side, side) for side, _ in list(PARTS.values())[1:])]
        free = ({0: _FREE, 2: _FREE, 3: _FREE}, {0: _FREE}, {0: _FREE})
        outputs = [name for _, names in PARTS.values() for name in names]
        return _written(_Detector(), list(PARTS), outputs, shapes, free, _detector_facts())
    crop = (3, CROP_SIZE, CROP_SIZE)
    facts = _landmarker_facts()
    return _written(_Landmarker(), ['images'], ['points', 'scores'], [crop], ({0: _FREE},), facts)


def _written(
    network: nn.Module,
    inputs: Sequence[str],
    outputs: Sequence[str],
    shapes: Sequence[tuple[int, ...]],
    free: Any,
    facts: Mapping[str, Any],
) -> bytes:
    network.eval()
    examples = tuple(torch.zeros(2, *shape) for shape in shapes)
    with torch.no_grad():
        program = torch.onnx.export(
            network,
            examples,
            dynamo=True,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=free,
            verbose=False,
        )
        assert program is not None
        content = program.model_proto.SerializeToString()
        exported = OnnxNetwork(content, 'the exported file', torch.get_num_threads())
        generator = torch.Generator().manual_seed(0)
        # Where several networks share a file, the others get no images. The landmarker always
        # gets some: onnxruntime crashes if it enlarges the maps of an empty batch.
        none = [[0] * i + [1] + [0] * (len(shapes) - 1 - i) for i in range(len(shapes))]
        for counts in (*none, [3] * len(shapes)):
            images = [
                torch.randint(0, 256, (count, *shape), generator=generator).float()
                for count, shape in zip(counts, shapes, strict=True)
            ]
            _compare(exported, network, images, inputs, outputs)
    return with_metadata(content, facts)


def _compare(
    exported: OnnxNetwork,
    network: nn.Module,
    images: Sequence[Tensor],
    inputs: Sequence[str],
    outputs: Sequence[str],
) -> None:
    """Raise ValueError if an output of the file is not that of the network."""
    arrays = {name: x.numpy() for name, x in zip(inputs, images, strict=True)}
    found = exported.run(outputs, **arrays)
    for name, value, expected in zip(outputs, found, network(*images), strict=True):
        largest = float(np.abs(value - expected.numpy()).max(initial=0))
        if value.shape != expected.shape or not largest <= TOLERANCE:
            raise ValueError(
                f'The output "{name}" of the exported file, {value.shape}, differs from that of '
                f'PyTorch, {tuple(expected.shape)}, by {largest:.2g}, so the file is not written.'
            )


def _detector_facts() -> dict[str, Any]:
    return {
        'kind': DETECTOR,
        'format': FORMAT,
        'colors': 'RGB',
        'range': [0, 255],
        'windows': {name: side for name, (side, _) in PARTS.items()},
        'stride': STRIDE,
        'points': list(KEYPOINT_NAMES),
        'meaning': {
            'faces': 'probabilities of a face',
            'boxes': 'offsets of x1, y1, x2, y2, in sides of the window',
            'points': 'x and y in sides of the window, from its upper left corner',
        },
        'source': 'MTCNN, Zhang et al. 2016; weights of the PyPI package mtcnn 1.0.0 (MIT)',
    }


def _landmarker_facts() -> dict[str, Any]:
    return {
        'kind': LANDMARKER,
        'format': FORMAT,
        'colors': 'RGB',
        'range': [0, 255],
        'image_size': CROP_SIZE,
        'face_crop': {
            'box': 'the square around the box of the detector',
            'margin': CROP_MARGIN,
            'margin_unit': 'longer sides of the box, on each side',
        },
        'points': list(LANDMARK_NAMES),
        'meaning': {
            'points': 'x and y in sides of the crop, from its upper left corner',
            'scores': 'probabilities that the points are visible',
        },
    }
