"""Draw t-SNE of the features before the classifier, for one or more models side by side.

Figure 9 of paper 003 compares a model with a baseline. Figure 9 of paper 000 compares losses; its
first panel, the pixels of the images, is drawn with --pixels. All panels show the same images.

Examples:
    python tools/analysis_tools/tsne.py --out tsne.png --num 2500 \\
        --model configs/rald/ablations/table3_a_none.py baseline.pth ResNet-18 \\
        --model configs/rald/rald_r18_fgemotions.py rald.pth RALD
    python tools/analysis_tools/tsne.py --out figure9.png --pixels Images \\
        --model configs/mifnet/ablations/table3_contrastive.py contrastive.pth Contrastive \\
        --model configs/mifnet/ablations/table3_island.py island.pth Island
"""

import argparse
from pathlib import Path

import numpy as np
from mmengine.dataset import BaseDataset

from mmfer.apis.model import SPLITS, TrainedModel
from mmfer.engine.cli import figure_file, friendly_errors
from mmfer.visualization.plots.embedding import plot_embedding, tsne


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
    parser.add_argument('--pixels', metavar='TITLE', help='title of a first panel of the pixels')
    parser.add_argument('--out', type=figure_file, required=True, help='the image to write')
    parser.add_argument('--split', choices=SPLITS, default='test')
    parser.add_argument('--num', type=int, default=2500, help='number of random images')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def pixels(dataset: BaseDataset, indices: np.ndarray) -> np.ndarray:
    """The images in the input of the model as vectors, minus their mean."""
    images = np.stack([dataset[int(i)]['inputs'].numpy().ravel() for i in indices]).astype('f4')
    return images - images.mean(axis=0)


@friendly_errors
def main() -> None:
    args = parse_args()
    points: list[np.ndarray] = []
    titles = [args.pixels] if args.pixels else []
    shown: list[tuple[str, int]] = []
    for config, checkpoint, title in args.model:
        trained = TrainedModel.load(config, checkpoint)
        dataset = trained.dataset(args.split)
        if dataset.metainfo.get('task') == 'attributes':
            raise ValueError(f'{config} is a config for attributes, but the colors need classes.')
        bank = trained.bank(dataset)
        names = [str(dataset.get_data_info(int(i)).get('img_path')) for i in bank.sample_idx]
        images = list(zip(names, bank.labels.tolist(), strict=True))
        if shown and shown != images:
            raise ValueError(
                f'The images or labels of the {args.split} part of {config} differ from those of '
                'the first model. Give configs of one data set.'
            )
        shown = images
        chosen = np.random.default_rng(args.seed).permutation(len(bank.labels))[: args.num]
        if args.pixels and not points:
            points.append(tsne(pixels(dataset, bank.sample_idx.numpy()[chosen]), args.seed))
        points.append(tsne(bank.enhanced[chosen].numpy(), args.seed))
        titles.append(title)
        print(f'{title}: {len(chosen)} of {len(bank.labels)} images')
    info = dataset.metainfo
    classes = info['classes']
    figure = plot_embedding(
        points,
        bank.labels[chosen].numpy(),
        titles,
        classes,
        info.get('coarse_classes') or ['classes'],
        info.get('parents') or [0] * len(classes),
    )
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(args.out)
    print(f'-> {args.out}')


if __name__ == '__main__':
    main()
