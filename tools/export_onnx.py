"""Export a trained model, pruned or not, to one file that needs nothing else.

The input `images` is a batch of face crops (N, 3, H, W), RGB pixels from 0 to 255 as float32. The
output `scores` (N, classes) holds probabilities. The file includes the normalization, and in its
metadata the class names, the preprocessing, the face crop, the calibration and the model card.
`FERInferencer('FILE.onnx')` and `mmfer predict --checkpoint FILE.onnx` read it. With
`--format exported-program`, the file is one for `torch.export.load`. `--half-weights` makes the
file of a published checkpoint half as large, with the same scores.

In place of a model, `detector` and `landmarker` name the networks that find faces and landmarks;
`--network` chooses one. With these files, `OnnxInferencer` reads photographs without PyTorch.

Examples:
    mmfer export efficientnet-lite0_ferplus --out model.onnx
    mmfer export efficientnet-lite0_ferplus --half-weights --out model.onnx
    mmfer export detector --out detector.onnx
    mmfer export landmarker --out landmarker.onnx
    mmfer export detector --network blazeface --out blazeface.onnx
    mmfer export configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_10.pth --out rald.onnx
    mmfer export my_config.py epoch_10.pth --out small.onnx --int8 --calibrate crops/ \\
        --evaluate crops_in_class_folders/
"""

import argparse
import json
from pathlib import Path

from mmfer.apis import FERInferencer
from mmfer.apis.face_folders import accuracy, calibration_images, labelled_crops
from mmfer.apis.loading import read_config
from mmfer.apis.onnx_export import image_size, onnx_file, program_file, read_back
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.runtimes.face_networks import GRAPHS, face_network
from mmfer.engine.runtimes.onnx_model import metadata_of, with_metadata
from mmfer.engine.runtimes.quantization import quantized
from mmfer.files import check_writable, write_atomically
from mmfer.reading import read_json
from mmfer.runtime.face_network_file import DEFAULTS

SUFFIXES = {'onnx': '.onnx', 'exported-program': '.pt2'}
"""The end of the file's name by format."""
NO_TORCHSCRIPT = (
    'TorchScript is deprecated in PyTorch, so mmfer does not write it: use --format onnx, or '
    'exported-program, which torch.export.load reads.'
)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'config',
        help='the config file; or a checkpoint or shipped model alone; or detector, or landmarker',
    )
    parser.add_argument('checkpoint', nargs='?', help='the checkpoint file')
    parser.add_argument(
        '--out', type=given_path, required=True, metavar='FILE', help='the file, .onnx or .pt2'
    )
    parser.add_argument(
        '--network',
        choices=[name for graphs in GRAPHS.values() for name in graphs],
        help='; '.join(f'of the {kind}: {" or ".join(graphs)}' for kind, graphs in GRAPHS.items())
        + '; default: the first',
    )
    parser.add_argument(
        '--format', choices=(*SUFFIXES, 'torchscript'), default='onnx', help='default: %(default)s'
    )
    parser.add_argument(
        '--size', type=int, help='image size in pixels that you expect; another one is refused'
    )
    parser.add_argument(
        '--batch-size', type=int, help='a fixed batch size; default: any, if the model allows it'
    )
    parser.add_argument(
        '--card', type=given_path, metavar='FILE', help='the model card, a JSON file'
    )
    parser.add_argument(
        '--half-weights',
        action='store_true',
        help='store weights in 16 bits where this changes no value, as in published checkpoints',
    )
    parser.add_argument('--int8', action='store_true', help='8-bit integers; needs --calibrate')
    parser.add_argument(
        '--calibrate', type=given_path, metavar='FOLDER', help='face crops, to find value ranges'
    )
    parser.add_argument(
        '--evaluate',
        type=given_path,
        metavar='FOLDER',
        help='other face crops, in a folder for each class: compares the accuracy of the file',
    )
    add_config_options(parser)
    return parser.parse_args()


def load(args: argparse.Namespace) -> FERInferencer:
    if args.checkpoint is None:
        if args.cfg_options:
            raise ValueError('--cfg-options replaces entries of a config file: also give one.')
        inferencer = FERInferencer(args.config)
    else:
        inferencer = FERInferencer(read_config(args.config, args.cfg_options), args.checkpoint)
    if inferencer.loaded.in_onnxruntime:
        raise ValueError(f'"{args.config}" is an ONNX file already. Give a checkpoint.')
    if args.card is not None:
        inferencer.loaded.card = read_json(args.card, 'model card')
        if not isinstance(inferencer.loaded.card, dict):
            raise ValueError(f'The model card "{args.card}" is no JSON object. Write {{...}}.')
    return inferencer


def check(
    inferencer: FERInferencer, exported: FERInferencer, crops: list[tuple[Path, int]]
) -> None:
    """Print the accuracy of the file, if there are crops with labels."""
    if crops:
        before, after = accuracy(inferencer, crops), accuracy(exported, crops)
        print(
            f'Accuracy on {len(crops)} face crops: PyTorch {before:.2%}, the file {after:.2%} '
            f'({100 * (after - before):+.2f} points).'
        )


def write_face_network(args: argparse.Namespace) -> None:
    """Write a detector or a landmarker."""
    given = (args.checkpoint, args.size, args.batch_size, args.card, args.evaluate)
    flags = (args.int8, args.half_weights, args.cfg_options)
    if any(option is not None for option in given) or any(flags):
        raise ValueError(
            f'The {args.config} takes no options but --network and --out: leave out the others.'
        )
    if args.format != 'onnx':
        raise ValueError(f'The {args.config} is written only in ONNX: leave out --format.')
    name = args.network or DEFAULTS[args.config]
    content = face_network(args.config, name)
    write_atomically(args.out, content)
    print(f'Written: {args.out}, {len(content) / 2**20:.1f} MiB, the {args.config} {name}.')


@friendly_errors
def main() -> None:
    args = parse_args()
    if args.format == 'torchscript':
        raise ValueError(NO_TORCHSCRIPT)
    if args.int8 != (args.calibrate is not None):
        raise ValueError('--int8 and --calibrate FOLDER belong together: give both or neither.')
    suffix = SUFFIXES[args.format]
    if args.out.suffix != suffix:
        raise ValueError(f'"{args.out}": give the file a name that ends in {suffix}.')
    if args.format != 'onnx' and (args.int8 or args.evaluate or args.half_weights):
        raise ValueError(
            '--int8, --half-weights and --evaluate are for --format onnx: leave them out.'
        )
    if args.int8 and args.half_weights:
        raise ValueError('--int8 makes weights smaller than --half-weights does: give one of both.')
    check_writable(args.out)
    if args.config in GRAPHS:
        write_face_network(args)
        return
    if args.network is not None:
        raise ValueError(
            f'--network chooses the network of {" or ".join(GRAPHS)}, but "{args.config}" is a '
            'model: leave it out.'
        )
    inferencer = load(args)
    crops = [] if args.evaluate is None else labelled_crops(inferencer, args.evaluate)
    if args.format == 'onnx':
        content, number = onnx_file(
            inferencer.loaded, args.size, args.batch_size, args.half_weights
        )
    else:
        content, number = program_file(inferencer.loaded, args.size, args.batch_size)
    if args.int8:
        images = calibration_images(inferencer, args.calibrate)
        metadata = {name: json.loads(text) for name, text in metadata_of(content).items()}
        content = with_metadata(quantized(content, images, number or 1), metadata)
        read_back(content, inferencer.loaded)
        print(f'int8 from {len(images)} calibration images.')
    write_atomically(args.out, content)
    print(
        f'Written: {args.out}, {len(content) / 2**20:.1f} MiB, {len(inferencer.classes)} classes, '
        f'{number or "any number of"} images of {image_size(inferencer.loaded, args.size)} px.'
    )
    if args.format == 'onnx':
        check(inferencer, FERInferencer(args.out), crops)


if __name__ == '__main__':
    main()
