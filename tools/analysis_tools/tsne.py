"""t-SNE of the features before the classifier, of one or more models (paper 003, figure 9).

Example:
    python tools/analysis_tools/tsne.py --out tsne.png --num 2500 \
        --model configs/rald/ablations/table3_a_none.py baseline.pth ResNet-18 \
        --model configs/rald/rald_r18_fgemotions.py rald.pth RALD
"""

import argparse

import numpy as np
from torch import Tensor

from mmfer.apis.model import SPLITS, TrainedModel
from mmfer.engine.cli import friendly_errors
from mmfer.visualization.plots.embedding import draw_embedding, tsne


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--model',
        nargs=3,
        action='append',
        required=True,
        metavar=('CONFIG', 'CKPT', 'TITLE'),
        help='a trained model and its title; may be repeated',
    )
    parser.add_argument('--out', required=True, help='the picture to write')
    parser.add_argument('--split', choices=SPLITS, default='test')
    parser.add_argument('--num', type=int, default=2500, help='images, drawn at random')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    points: list[np.ndarray] = []
    labels: Tensor | None = None
    for config, checkpoint, title in args.model:
        trained = TrainedModel.load(config, checkpoint)
        dataset = trained.dataset(args.split)
        bank = trained.bank(dataset)
        if labels is not None and not labels.equal(bank.labels):
            raise ValueError(
                f'The {args.split} part of {config} has other images than that of the first '
                'model. Give configs of one data set.'
            )
        labels = bank.labels
        chosen = np.random.default_rng(args.seed).permutation(len(bank.labels))[: args.num]
        points.append(tsne(bank.enhanced[chosen].numpy(), args.seed))
        print(f'{title}: {len(chosen)} of {len(bank.labels)} images')
    info = dataset.metainfo
    classes = info['classes']
    draw_embedding(
        points,
        bank.labels[chosen].numpy(),
        [title for *_, title in args.model],
        classes,
        info.get('coarse_classes') or ['classes'],
        info.get('parents') or [0] * len(classes),
        args.out,
    )
    print(f'-> {args.out}')


if __name__ == '__main__':
    main()
