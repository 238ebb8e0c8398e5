"""Draw the regions behind the score of a class or attribute, by Grad-CAM (paper 002, fig. 5, 6).

Needs the package grad-cam: pip install "mmfer[optional]"

Examples:
    python tools/analysis_tools/grad_cam.py configs/faer/faer_convnext_synthetic.py \\
        work_dirs/faer_convnext_synthetic/epoch_10.pth --num 6 --out cam.png
    python tools/analysis_tools/grad_cam.py CONFIG CKPT --baseline CONFIG CKPT \\
        --target Smiling Eyeglasses --images face.png --out cam.png
"""

import argparse
from collections.abc import Sequence

import torch
from mmengine.dataset import pseudo_collate

from mmfer.apis import FERInferencer
from mmfer.apis.model import SPLITS
from mmfer.apis.model_inputs import ModelInput, draw_inputs, read_inputs
from mmfer.engine.cli import friendly_errors, output_file
from mmfer.visualization import overlay_heat_map
from mmfer.visualization.grad_cam import (
    few_cells,
    grad_cam,
    last_map_layer,
    load_library,
    map_cells,
)
from mmfer.visualization.plots.tiles import Tile, draw_tiles

PREDICTED = 'predicted'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument(
        '--baseline', nargs=2, metavar=('CONFIG', 'CKPT'), help='a model shown before the first'
    )
    parser.add_argument('--out', type=output_file, required=True, help='the image to write')
    parser.add_argument(
        '--target',
        nargs='+',
        default=[PREDICTED],
        metavar='NAME',
        help='classes or attributes; default: the class or attribute of highest probability',
    )
    parser.add_argument(
        '--layer', metavar='NAME', help='a module; default: the last module with a map'
    )
    parser.add_argument('--images', nargs='+', metavar='FILE', help='images of cropped faces')
    parser.add_argument(
        '--num', type=int, default=6, help='number of random faces, without --images'
    )
    parser.add_argument(
        '--split', choices=SPLITS, default='test', help='part of the data set for random faces'
    )
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def class_index(name: str, classes: Sequence[str]) -> int:
    """Index of the class with a name."""
    if name not in classes:
        raise ValueError(f'--target {name} is not among the classes: {", ".join(classes)}.')
    return list(classes).index(name)


def columns(trained: FERInferencer, face: ModelInput, targets: list[str], layer: str) -> list[Tile]:
    """A map over the face for each target, with the name and its probability."""
    with torch.no_grad():
        scores = trained.model.test_step(pseudo_collate([face.sample]))[0].pred_score
    tiles = []
    for name in targets:
        best = int(scores.argmax())
        target = best if name == PREDICTED else class_index(name, trained.classes)
        heat = grad_cam(trained.model, face.tensor(trained.model), target, layer)
        caption = f'{trained.classes[target]} {float(scores[target]):.2f}'
        tiles.append(Tile(overlay_heat_map(face.image, heat), caption))
    return tiles


@friendly_errors
def main() -> None:
    args = parse_args()
    load_library()
    models = {'baseline': args.baseline} if args.baseline else {}
    models['model'] = (args.config, args.checkpoint)
    found: dict[str, list[list[Tile]]] = {}
    shown: list[list[ModelInput]] = []
    cells: dict[str, tuple[int, int]] = {}
    for role, files in models.items():
        trained = FERInferencer(*files)
        if args.images:
            faces = read_inputs(trained, args.images)
        else:
            faces = draw_inputs(trained, args.split, args.num, args.seed)
        layer = args.layer or last_map_layer(trained.model, faces[0].tensor(trained.model))
        found[role] = [columns(trained, face, args.target, layer) for face in faces]
        shown.append(faces)
        cells[role] = map_cells(trained.model, faces[0].tensor(trained.model), layer)
        said = (
            f'{role}: {layer}, {cells[role][0]} x {cells[role][1]} cells. {few_cells(cells[role])}'
        )
        print(said.rstrip() + (' --layer chooses another layer.' if few_cells(cells[role]) else ''))
    if [face.title for face in shown[0]] != [face.title for face in shown[-1]]:
        raise ValueError(
            f'The {args.split} parts of the baseline and the model have different images. '
            'Give two configs of one data set, or --images.'
        )
    rows = [[Tile(face.image, face.title)] for face in shown[-1]]
    headings = ['face']
    for i, name in enumerate(args.target):
        for role, tiles in found.items():
            few = few_cells(cells[role])
            size = f'\n{cells[role][0]} x {cells[role][1]} cells: coarse' if few else ''
            headings.append(f'{role}: {name}{size}')
            for row, line in zip(rows, tiles, strict=True):
                row.append(line[i])
    draw_tiles(rows, [''] * len(rows), args.out, size=1.7, headings=headings)
    print(f'{len(rows)} faces -> {args.out}')


if __name__ == '__main__':
    main()
