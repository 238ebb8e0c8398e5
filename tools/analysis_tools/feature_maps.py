"""Draw the activations of layers as heat maps over faces (paper 000, figure 2).

Each map is the mean over channels of the absolute activations. Colors range from the smallest to
the largest value, which are printed below the map. The attention of a multi-region network is the
last map.

Examples:
    python tools/analysis_tools/feature_maps.py configs/mifnet/mifnet_r18-swint_synthetic.py \\
        work_dirs/mifnet_r18-swint_synthetic/epoch_10.pth --num 4 --out maps.png
    python tools/analysis_tools/feature_maps.py CONFIG CKPT --images face.png --out maps.png \\
        --layers backbone.branch1.layer1 backbone.branch1.layer4 backbone.branch2.stages.0 neck
"""

import argparse

import numpy as np
from mmengine.dataset import pseudo_collate

from mmfer.apis import FERInferencer
from mmfer.apis.model import SPLITS
from mmfer.apis.model_inputs import draw_inputs, read_inputs
from mmfer.engine.cli import friendly_errors, output_file
from mmfer.visualization import overlay_heat_map, scaled
from mmfer.visualization.feature_maps import feature_maps, main_layers
from mmfer.visualization.plots.tiles import Tile, draw_tiles


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument('--out', type=output_file, required=True, help='the image to write')
    parser.add_argument(
        '--layers',
        nargs='+',
        metavar='NAME',
        help='modules of the model; default: branches (if there are any), backbone and neck',
    )
    parser.add_argument('--images', nargs='+', metavar='FILE', help='images of cropped faces')
    parser.add_argument(
        '--num', type=int, default=4, help='number of random faces, without --images'
    )
    parser.add_argument(
        '--split', choices=SPLITS, default='test', help='part of the data set for random faces'
    )
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def tile(image: np.ndarray, heat: np.ndarray) -> Tile:
    """A map over a face, with its smallest and largest value as caption."""
    return Tile(overlay_heat_map(image, scaled(heat)), f'{heat.min():.3g} to {heat.max():.3g}')


@friendly_errors
def main() -> None:
    args = parse_args()
    trained = FERInferencer(args.config, args.checkpoint)
    if args.images:
        faces = read_inputs(trained, args.images)
    else:
        faces = draw_inputs(trained, args.split, args.num, args.seed)
    layers = args.layers or main_layers(trained.model, faces[0].tensor(trained.model))
    rows = []
    for face in faces:
        maps = feature_maps(trained.model, face.tensor(trained.model), layers)
        tiles = [tile(face.image, heat[0]) for heat in maps.values()]
        predicted = trained.model.test_step(pseudo_collate([face.sample]))[0]
        if 'attention' in predicted:
            maps['attention'] = predicted.attention.detach().cpu().numpy()
            tiles.append(tile(face.image, maps['attention'][0]))
        rows.append([Tile(face.image, face.title), *tiles])
    sizes = ('x'.join(map(str, heat.shape[1:])) for heat in maps.values())
    headings = ['face', *(f'{name}\n{size}' for name, size in zip(maps, sizes, strict=True))]
    draw_tiles(rows, [''] * len(rows), args.out, size=1.7, headings=headings)
    print(f'{", ".join(maps)} of {len(rows)} faces -> {args.out}')


if __name__ == '__main__':
    main()
