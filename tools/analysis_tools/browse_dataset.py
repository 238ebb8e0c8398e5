"""Draw samples of a config's data set as the model sees them, with labels and landmarks.

Examples:
    python tools/analysis_tools/browse_dataset.py configs/rald/rald_r18_synthetic.py
    python tools/analysis_tools/browse_dataset.py CONFIG --phase test --mode original --number 24
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmfer.datasets import PackExpression
from mmfer.datasets.wrapped import readers_of
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors
from mmfer.engine.configuration.entry_types import is_type
from mmfer.registry import DATASETS
from mmfer.visualization.image_file import write_image
from mmfer.visualization.plots import Cell, draw_sample_grid

from mmpretrain.datasets import PackInputs  # isort: skip  (after mmfer)

PACKERS = (PackExpression, PackInputs)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('--phase', choices=('train', 'val', 'test'), default='train')
    parser.add_argument(
        '--mode',
        choices=('original', 'transformed'),
        default='transformed',
        help='the image on disk, or the image after the pipeline',
    )
    parser.add_argument('--number', type=int, default=36, help='number of samples')
    parser.add_argument('--columns', type=int, default=6, help='number of samples in a row')
    parser.add_argument('--size', type=int, default=144, help='pixels of an image on the sheet')
    parser.add_argument('--seed', type=int, default=0, help='seed of the choice and the transforms')
    parser.add_argument('--out', default='samples.png', help='the image')
    add_config_options(parser)
    return parser.parse_args()


def unpacked_pipeline(pipeline: list[dict[str, Any]], mode: str) -> list[dict[str, Any]]:
    """The transforms before the packing; in the mode ``original``, only the loading transforms."""
    if mode == 'original':
        return [{'type': 'LoadExpressionImage'}]
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
    cells = []
    for index in sorted(chosen):
        sample = dataset[int(index)]
        cells.append(
            Cell(
                sample['img'][..., ::-1],
                describe(sample, dataset.metainfo['classes']),
                sample.get('landmarks', sample.get('landmarks5')),
                sample.get('face_box'),
            )
        )
    grid = Image.fromarray(draw_sample_grid(cells, args.columns, args.size))
    write_image(args.out, grid)
    print(f'{len(cells)} of {len(dataset)} {args.phase} samples: {args.out}')


if __name__ == '__main__':
    main()
