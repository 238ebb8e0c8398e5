"""Export a trained model, pruned or not, to ONNX.

The input `images` is a batch of face crops (N, 3, H, W), RGB pixels from 0 to 255 as float32. The
output `scores` (N, classes) holds probabilities. The file includes the normalization, and the class
names in its metadata under `classes`.

Examples:
    python tools/export_onnx.py configs/rald/rald_r18_synthetic.py \
        work_dirs/rald_r18_synthetic/epoch_10.pth --out rald.onnx
"""

import argparse

from mmfer.apis.loading import class_names, read_config
from mmfer.apis.model import TrainedModel
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.export import export_onnx


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', type=given_path, help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument(
        '--out', type=given_path, required=True, metavar='FILE', help='the ONNX file'
    )
    parser.add_argument('--size', type=int, help="image size in pixels; default: the config's")
    parser.add_argument('--batch-size', type=int, default=1, help='the fixed batch size')
    add_config_options(parser)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    config = read_config(args.config, args.cfg_options)
    trained = TrainedModel.load(config, args.checkpoint)
    size = args.size or trained.config.get('image_size')
    if size is None:
        raise ValueError(
            f'"{args.config}" has no image_size: give the size of the images (--size).'
        )
    classes = class_names(trained.config, trained.meta, str(args.checkpoint))
    export_onnx(trained.model, args.out, size, classes, args.batch_size)
    print(f'Written: {args.out}, {len(classes)} classes, {args.batch_size} x {size} px.')


if __name__ == '__main__':
    main()
