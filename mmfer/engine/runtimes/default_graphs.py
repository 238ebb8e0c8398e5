"""The default detector and landmarker as graphs for ONNX files."""

from torch import Tensor, nn

from mmfer.engine.runtimes.network_graph import RGB, NetworkGraph
from mmfer.faces.detection.cascade import STRIDE
from mmfer.faces.detection.landmark_network import normalized as normalized_crops
from mmfer.faces.detection.landmark_search import CROP_MARGIN, CROP_SIZE
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.faces.detection.mtcnn import MTCNN
from mmfer.faces.detection.mtcnn_networks import normalized as normalized_windows
from mmfer.faces.face import KEYPOINT_NAMES, LANDMARK_NAMES
from mmfer.runtime.face_network_file import DEFAULTS, DETECTOR, LANDMARKER
from mmfer.runtime.face_networks import LANDMARKER_NAMES, PARTS

WIDE = (3, 31, 45)
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


def detector_graph() -> NetworkGraph:
    """MTCNN: three networks, where a batch for those that are not asked is empty."""
    facts = {
        **RGB,
        'kind': DETECTOR,
        'network': DEFAULTS[DETECTOR],
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
    shapes = [WIDE, *((3, side, side) for side, _ in list(PARTS.values())[1:])]
    outputs = [name for _, names in PARTS.values() for name in names]
    return NetworkGraph(_Detector(), list(PARTS), outputs, shapes, facts, ['proposal'])


def landmarker_graph() -> NetworkGraph:
    """The network of FaceLandmarker."""
    facts = {
        **RGB,
        'kind': LANDMARKER,
        'network': DEFAULTS[LANDMARKER],
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
    images, *outputs = LANDMARKER_NAMES
    return NetworkGraph(_Landmarker(), [images], outputs, [(3, CROP_SIZE, CROP_SIZE)], facts)
