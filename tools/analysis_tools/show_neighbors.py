"""Show the neighbors behind label distributions, with their weights (paper 003, figure 8).

Example:
    python tools/analysis_tools/show_neighbors.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_12.pth --out neighbors.png --images 6
"""

import argparse

import numpy as np
import torch

from mmfer.apis.model import SPLITS, TrainedModel
from mmfer.datasets import load_sample
from mmfer.engine.cli import friendly_errors, output_file
from mmfer.engine.label_audit import bank_similarity
from mmfer.visualization.plots.tiles import Tile, draw_tiles


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument('--out', type=output_file, required=True, help='the image to write')
    parser.add_argument('--split', choices=SPLITS, default='train')
    parser.add_argument('--images', type=int, default=6, help='number of random images')
    parser.add_argument('--k', type=int, default=5, help='number of neighbors of each image')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    trained = TrainedModel.load(args.config, args.checkpoint)
    dataset = trained.dataset(args.split)
    bank = trained.bank(dataset)
    if not 1 <= args.k < len(bank.labels) or args.images < 1:
        raise ValueError(
            f'--k {args.k} with --images {args.images}: the {args.split} part has '
            f'{len(bank.labels)} images, so give 1 to {len(bank.labels) - 1} neighbors of at '
            'least 1 image.'
        )
    chosen = np.random.default_rng(args.seed).permutation(len(bank.labels))[: args.images]
    with torch.no_grad():
        relation = bank_similarity(trained.model)(bank.features[chosen], bank.features)
    relation[torch.arange(len(chosen)), torch.from_numpy(chosen)] = -torch.inf
    nearest, index = relation.topk(args.k, dim=1)
    weights = nearest.softmax(1)
    classes = dataset.metainfo['classes']

    def tile(i: int, caption: str, frame: str | None) -> Tile:
        bgr = load_sample(dataset.get_data_info(int(bank.sample_idx[i])))
        return Tile(bgr[..., ::-1], caption, frame)

    rows = []
    for i, neighbors, shares in zip(chosen, index.tolist(), weights.tolist(), strict=True):
        row = [tile(i, classes[bank.labels[i]], 'black')]
        for j, share in zip(neighbors, shares, strict=True):
            same = bool(bank.labels[i] == bank.labels[j])
            caption = f'{classes[bank.labels[j]]}\n{share:.2f}'
            row.append(tile(j, caption, 'tab:green' if same else 'tab:red'))
        rows.append(row)
    draw_tiles(rows, [''] * len(rows), args.out)
    print(f'{len(rows)} images with {args.k} neighbors each -> {args.out}')


if __name__ == '__main__':
    main()
