"""Store the network of a training checkpoint as the weights of FaceLandmarker.

Example:
    python tools/misc/convert_landmarker_weights.py \\
        work_dirs/landmarker_synthetic/epoch_12.pth mmfer/faces/assets/landmarker.npz
"""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from mmfer.engine.cli import friendly_errors, given_path
from mmfer.engine.pretrained import read_weights
from mmfer.faces.detection.landmark_network import LandmarkNetwork

PREFIX = 'network.'


def convert(checkpoint: str, out: Path) -> str:
    """Write the weights as arrays, floating point as float16, and return a summary of the file.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If the checkpoint is damaged or does not hold a landmark network.
    """
    state = read_weights(checkpoint)
    arrays = {k.removeprefix(PREFIX): v.numpy() for k, v in state.items() if k.startswith(PREFIX)}
    absent = LandmarkNetwork().state_dict().keys() - arrays.keys()
    if absent:
        raise ValueError(
            f'"{checkpoint}" lacks {len(absent)} weights of the landmark network, such as '
            f'{PREFIX}{min(absent)}. Give a checkpoint of configs/landmarker/.'
        )
    halves = {k: v.astype(np.float16) if v.dtype.kind == 'f' else v for k, v in arrays.items()}
    np.savez_compressed(out, allow_pickle=False, **halves)
    weights = sum(array.size for array in halves.values())
    return f'{out}: {len(halves)} arrays, {weights} weights, {out.stat().st_size} bytes'


@partial(friendly_errors, exit_code=2)
def main(argv: Sequence[str] | None = None) -> None:
    """Convert the weights and print a summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('checkpoint', help='a .pth file of tools/train.py')
    parser.add_argument('out', type=given_path, help='the .npz file to write')
    args = parser.parse_args(argv)
    print(convert(args.checkpoint, args.out))


if __name__ == '__main__':
    main()
