"""Convert the weights of the PyPI package ``mtcnn`` 1.0.0 to mmfer's plain ``mtcnn.npz``.

The package stores each network as a joblib pickle of Keras arrays, compressed with lz4. The result,
shipped with mmfer, holds float32 arrays under the names of the PyTorch modules and is read without
pickle. Needs ``pip install joblib lz4`` and the wheel::

    pip download mtcnn==1.0.0 --no-deps
    python tools/misc/convert_mtcnn_weights.py mtcnn-1.0.0-py3-none-any.whl \\
        mmfer/faces/assets/mtcnn.npz
"""

import argparse
import hashlib
import io
import zipfile

import joblib
import numpy as np
from torch import nn

from mmfer.engine.cli import friendly_errors, given_path
from mmfer.faces.detection.mtcnn_networks import ONet, PNet, RNet

DIGEST = '0a96b4868e56db9ae984449519642be6dba03240e608a67e928ebb47833e9144'
"""SHA-256 of the wheel: its pickles could run code, so no other file is read."""
NETWORKS = {'pnet': PNet, 'rnet': RNet, 'onet': ONet}


def convert(kernel: np.ndarray, target: tuple[int, ...]) -> np.ndarray:
    """Convert a Keras array to the shape and order of the PyTorch parameter."""
    if kernel.ndim == 4:  # (h, w, in, out)
        return kernel.transpose(3, 2, 0, 1)
    if kernel.ndim == 2 and kernel.shape[0] in (576, 1152):
        # The first dense layer flattens (w, h, channel); PyTorch flattens (channel, h, w).
        channels = kernel.shape[0] // 9
        return kernel.reshape(3, 3, channels, -1).transpose(3, 2, 1, 0).reshape(target)
    if kernel.ndim == 2:
        return kernel.T
    return kernel.reshape(target)


def convert_network(arrays: list[np.ndarray], network: nn.Module) -> dict[str, np.ndarray]:
    """Convert arrays, in the order of the Keras layers, to a dictionary with PyTorch's names."""
    state = network.state_dict()
    if len(arrays) != len(state):
        raise ValueError(f'{len(arrays)} arrays for {len(state)} parameters: not mtcnn 1.0.0.')
    result = {}
    for (name, parameter), array in zip(state.items(), arrays, strict=True):
        converted = convert(array, tuple(parameter.shape))
        if converted.shape != tuple(parameter.shape):
            raise ValueError(f'{name}: {array.shape} does not fit {tuple(parameter.shape)}.')
        result[name] = np.ascontiguousarray(converted, dtype=np.float32)
    return result


def convert_wheel(content: bytes) -> dict[str, np.ndarray]:
    """Convert the networks of a wheel that can be trusted."""
    weights: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        for name, network in NETWORKS.items():
            arrays = joblib.load(io.BytesIO(wheel.read(f'mtcnn/assets/weights/{name}.lz4')))
            converted = convert_network(arrays, network())
            weights.update({f'{name}.{key}': value for key, value in converted.items()})
    return weights


@friendly_errors
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument('wheel', type=given_path, help='mtcnn-1.0.0-py3-none-any.whl')
    parser.add_argument('out', type=given_path, help='the .npz file to write')
    args = parser.parse_args()
    content = args.wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != DIGEST:
        raise ValueError(
            f'"{args.wheel}" is not mtcnn-1.0.0-py3-none-any.whl of PyPI. Its pickles could run '
            'code, so it is not read. Download the wheel again: pip download mtcnn==1.0.0 '
            '--no-deps.'
        )
    weights = convert_wheel(content)
    np.savez_compressed(args.out, **weights)  # type: ignore[arg-type]
    count = sum(array.size for array in weights.values())
    print(f'{args.out}: {len(weights)} arrays, {count} weights, {args.out.stat().st_size} bytes')


if __name__ == '__main__':
    main()
