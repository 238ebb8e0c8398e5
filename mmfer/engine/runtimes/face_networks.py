"""The shipped detectors and landmarkers as ONNX files."""

from collections.abc import Callable

from mmfer.engine.runtimes.default_graphs import detector_graph, landmarker_graph
from mmfer.engine.runtimes.mediapipe_graphs import blaze_graph, mesh_graph
from mmfer.engine.runtimes.network_graph import NetworkGraph
from mmfer.engine.runtimes.onnx_model import TO_EXPORT
from mmfer.runtime.face_network_file import DEFAULTS, DETECTOR, LANDMARKER
from mmfer.runtime.onnx_network import check_packages

GRAPHS: dict[str, dict[str, Callable[[], NetworkGraph]]] = {
    DETECTOR: {DEFAULTS[DETECTOR]: detector_graph, 'blazeface': blaze_graph},
    LANDMARKER: {DEFAULTS[LANDMARKER]: landmarker_graph, 'facemesh': mesh_graph},
}
"""The networks by kind and name; the names are those of :mod:`mmfer.faces.detection.choice`."""


def face_network(kind: str, name: str | None = None) -> bytes:
    """The content of an ONNX file with a shipped detector or landmarker.

    All inputs are batches (N, 3, H, W) float32, RGB pixels from 0 to 255. The metadata say what
    inputs and outputs mean. Before the content is returned, its outputs for random pixels are
    compared with those of PyTorch. MTCNN has three networks, and a batch for those that are not
    asked is empty.

    Args:
        kind: ``'detector'`` or ``'landmarker'``.
        name: ``'mtcnn'`` or ``'blazeface'``; ``'mmfer'`` or ``'facemesh'``. None takes the first.

    Raises:
        ValueError: If the name is unknown, the packages that write ONNX are missing, or an output
            differs from that of PyTorch by more than 1e-4.

    Example:
        >>> Path('blazeface.onnx').write_bytes(face_network('detector', 'blazeface'))
    """
    graphs = GRAPHS[kind]
    name = DEFAULTS[kind] if name is None else name
    if name not in graphs:
        raise ValueError(f'There is no {kind} {name!r}. Give one of: {", ".join(graphs)}.')
    check_packages(TO_EXPORT)
    return graphs[name]().to_onnx()
