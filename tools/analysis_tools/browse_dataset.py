"""Draw samples of a config's data set as the model sees them, with labels and landmarks.

The mode landmark-mask draws how LandmarkMask makes the mask of a face (paper 001, figures 3 and 4).

Examples:
    python tools/analysis_tools/browse_dataset.py configs/rald/rald_r18_synthetic.py
    python tools/analysis_tools/browse_dataset.py CONFIG --phase test --mode original --number 24
    python tools/analysis_tools/browse_dataset.py --mode landmark-mask --number 4 \\
        configs/multi_region/multi_region_vgg16bn_synthetic-ablation.py
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmfer.datasets import LandmarkMask, PackExpression
from mmfer.datasets.wrapped import readers_of
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors, output_file
from mmfer.engine.configuration.entry_types import is_type
from mmfer.registry import DATASETS, TRANSFORMS
from mmfer.visualization.image_file import write_image
from mmfer.visualization.landmark_mask import landmark_mask_views
from mmfer.visualization.plots import Cell, draw_sample_grid
from mmfer.visualization.plots.tiles import Tile, draw_tiles

from mmpretrain.datasets import PackInputs  # isort: skip  (after mmfer)

PACKERS = (PackExpression, PackInputs)
MASK = 'landmark-mask'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('--phase', choices=('train', 'val', 'test'), default='train')
    parser.add_argument(
        '--mode',
        choices=('original', 'transformed', MASK),
        default='transformed',
        help='the image on disk, the image after the pipeline, or its landmarks and their mask',
    )
    parser.add_argument('--number', type=int, default=36, help='number of samples')
    parser.add_argument('--columns', type=int, default=6, help='number of samples in a row')
    parser.add_argument('--size', type=int, default=144, help='pixels of an image on the sheet')
    parser.add_argument('--seed', type=int, default=0, help='seed of the choice and the transforms')
    parser.add_argument('--out', type=output_file, default='samples.png', help='the image')
    add_config_options(parser)
    return parser.parse_args()


def unpacked_pipeline(pipeline: list[dict[str, Any]], mode: str) -> list[dict[str, Any]]:
    """The transforms before the packing, or until the loading or the landmark mask."""
    if mode == 'original':
        return [{'type': 'LoadExpressionImage'}]
    if mode == MASK:
        found = [i for i, step in enumerate(pipeline) if is_type(step, LandmarkMask)]
        if not found:
            raise ValueError(
                f'--mode {MASK}: the pipeline has no LandmarkMask. Give a config with this '
                'transform, such as those in configs/multi_region.'
            )
        return pipeline[: found[0] + 1]
    return [transform for transform in pipeline if not is_type(transform, *PACKERS)]


def describe(sample: dict[str, Any], classes: tuple[str, ...]) -> str:
    """The label or attributes of a sample, and other annotations, in three lines."""
    if 'gt_label' not in sample:
        present = [classes[i] for i in np.flatnonzero(sample['gt_score'])]
        half = (len(present) + 1) // 2
        lines = (', '.join(present[:half]), ', '.join(present[half:]))
        return '\n'.join((*lines, Path(sample['img_path']).name))
    label = classes[sample['gt_label']]
    clean = sample.get('clean_label', sample['gt_label'])
    first = label if clean == sample['gt_label'] else f'{label} (clean: {classes[clean]})'
    second = ''
    if 'gt_score' in sample and sample['gt_score'].max() < 0.999:
        top = np.argsort(sample['gt_score'])[::-1][:2]
        second = ', '.join(
            f'{classes[i]} {sample["gt_score"][i]:.2f}' for i in top if sample['gt_score'][i] > 0
        )
    return f'{first}\n{second or sample.get("subject", "")}\n{Path(sample["img_path"]).name}'


def draw_masks(samples: list[dict[str, Any]], step: LandmarkMask, args: argparse.Namespace) -> None:
    """Draw a row for each sample: all landmarks, those that count, and their cells."""
    rows, titles = [], []
    for sample in samples:
        scores = sample.get('landmark_scores', np.ones(len(sample['landmarks'])))
        image, mask = sample['img'][..., ::-1], sample['landmark_mask'][0]
        views = landmark_mask_views(
            image, sample['landmarks'], scores, mask, step.ids, step.threshold, args.size
        )
        rows.append([Tile(view) for view in views])
        titles.append(Path(sample['img_path']).stem)
    grid = 'x'.join(map(str, samples[0]['landmark_mask'].shape[1:]))
    counted = f'those of the {len(step.ids)}\nwith a confidence ≥ {step.threshold}'
    headings = ('68 landmarks', counted, f'mask, {grid}')
    draw_tiles(rows, titles, args.out, size=args.size / 100, headings=headings)


@friendly_errors
def main() -> None:
    args = parse_args()
    cfg = load_config(args.config, options=args.cfg_options)
    loader = cfg.get(f'{args.phase}_dataloader')
    if loader is None:
        raise ValueError(f'The config has no {args.phase}_dataloader. Choose another --phase.')
    for reader in readers_of(loader.dataset):
        reader.pipeline = unpacked_pipeline(reader.pipeline, args.mode)
    np.random.seed(args.seed)  # noqa: NPY002  (the generator that transforms draw from)
    dataset = DATASETS.build(loader.dataset)
    chosen = np.random.default_rng(args.seed).permutation(len(dataset))[: args.number]
    samples = [dataset[int(index)] for index in sorted(chosen)]
    if args.mode == MASK:
        draw_masks(samples, TRANSFORMS.build(reader.pipeline[-1]), args)
    else:
        cells = [
            Cell(
                sample['img'][..., ::-1],
                describe(sample, dataset.metainfo['classes']),
                sample.get('landmarks', sample.get('landmarks5')),
                sample.get('face_box'),
            )
            for sample in samples
        ]
        grid = Image.fromarray(draw_sample_grid(cells, args.columns, args.size))
        write_image(args.out, grid)
    print(f'{len(samples)} of {len(dataset)} {args.phase} samples: {args.out}')


if __name__ == '__main__':
    main()
