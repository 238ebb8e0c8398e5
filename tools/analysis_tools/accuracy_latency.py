"""Compare the accuracy, latency and size of exported models.

The models are files of `mmfer export`. Their latencies are measured in one process, in which they
take turns, each with one image of its own size; their accuracies on face crops with labels.
NAME=FILE names a row, which is otherwise named after its file.

Examples:
    mmfer export efficientnet-lite0_ferplus --out float32.onnx
    mmfer export efficientnet-lite0_ferplus --out int8.onnx --int8 --calibrate crops/
    OMP_NUM_THREADS=1 mmfer accuracy-latency float32.onnx int8.onnx \\
        --crops crops_in_class_folders/ --plot tradeoff.png
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from mmfer.apis import FERInferencer
from mmfer.apis.face_folders import accuracy, labelled_crops
from mmfer.engine.cli import figure_file, friendly_errors, given_path
from mmfer.engine.speed.turns import take_turns
from mmfer.markdown import markdown_table
from mmfer.visualization.plots.tradeoff import plot_tradeoff

HEAD = ('model', 'accuracy', 'ms an image', 'MiB')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('models', nargs='+', help='files of mmfer export; NAME=FILE names a row')
    parser.add_argument(
        '--crops',
        type=given_path,
        required=True,
        metavar='FOLDER',
        help='face crops that no model was trained on, in a folder for each class',
    )
    parser.add_argument('--repeats', type=int, default=15, help='rounds')
    parser.add_argument(
        '--seconds', type=float, default=0.2, help='duration of each model in a round'
    )
    parser.add_argument('--plot', type=figure_file, metavar='FILE', help='draw the table, too')
    return parser.parse_args()


def named(argument: str) -> tuple[str, Path]:
    """The name of a row and its file; both may have equals signs in them."""
    parts = argument.split('=')
    splits = [('='.join(parts[:n]), Path('='.join(parts[n:]))) for n in range(len(parts))]
    name, file = next((split for split in splits if split[1].is_file()), splits[-1])
    return name or file.stem, file


def read_models(arguments: list[str]) -> tuple[dict[str, FERInferencer], dict[str, float]]:
    """The model of each row, and the size of its file in MiB."""
    models: dict[str, FERInferencer] = {}
    sizes: dict[str, float] = {}
    for name, path in map(named, arguments):
        if name in models:
            raise ValueError(f'Two rows are named {name}. Give one of them as NAME={path}.')
        if path.suffix != '.onnx':
            raise ValueError(f'"{path}" is no .onnx file. Make one with mmfer export.')
        models[name] = FERInferencer(str(path))
        sizes[name] = path.stat().st_size / 2**20
    return models, sizes


@friendly_errors
def main() -> None:
    args = parse_args()
    models, sizes = read_models(args.models)
    classes = {name: model.classes for name, model in models.items()}
    first = next(iter(classes))
    for name, found in classes.items():
        if set(found) != set(classes[first]):
            raise ValueError(
                f'{first} tells {", ".join(classes[first])} apart, but {name} '
                f'{", ".join(found)}. Compare models with the same classes.'
            )
    shares = {
        name: 100 * accuracy(model, labelled_crops(model, args.crops))
        for name, model in models.items()
    }
    generator = np.random.default_rng(0)
    steps = []
    for model in models.values():
        shape = (1, *model.model.shape)
        image = generator.integers(0, 256, shape).astype(np.float32)
        steps.append(partial(model.model.scores, image))
    speeds = take_turns(steps, 1, args.repeats, args.seconds)
    latencies = dict(zip(models, (1000 / speed.median for speed in speeds), strict=True))
    rows = [
        [name, f'{shares[name]:.2f}', f'{latencies[name]:#.3g}', f'{sizes[name]:.2f}']
        for name in sorted(models, key=latencies.__getitem__)
    ]
    print(markdown_table(HEAD, rows))
    if args.plot is not None:
        points = {name: (latencies[name], shares[name]) for name in models}
        plot_tradeoff(points).savefig(args.plot)


if __name__ == '__main__':
    main()
