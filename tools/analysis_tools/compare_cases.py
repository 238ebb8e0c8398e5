"""Show test images on which a model is right or wrong, unlike a baseline (paper 003, figure 7).

Example:
    python tools/analysis_tools/compare_cases.py --out cases.png \\
        --baseline configs/rald/ablations/table3_a_none.py baseline.pth \\
        --model configs/rald/rald_r18_fgemotions.py rald.pth
"""

import argparse

import numpy as np

from mmfer.apis.model import SPLITS, TrainedModel
from mmfer.datasets import load_sample
from mmfer.engine.cli import friendly_errors, output_file
from mmfer.visualization.plots.tiles import Tile, draw_tiles


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ('--model', '--baseline'):
        parser.add_argument(name, nargs=2, required=True, metavar=('CONFIG', 'CKPT'))
    parser.add_argument('--out', type=output_file, required=True, help='the image to write')
    parser.add_argument('--split', choices=SPLITS, default='test')
    parser.add_argument('--num', type=int, default=6, help='images in each row')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    predicted, images = {}, {}
    for name in ('baseline', 'model'):
        trained = TrainedModel.load(*getattr(args, name))
        dataset = trained.dataset(args.split)
        bank = trained.bank(dataset)
        predicted[name] = bank.probs.argmax(1).numpy()
        images[name] = [dataset.get_data_info(int(i))['img_path'] for i in bank.sample_idx]
    if images['model'] != images['baseline']:
        raise ValueError(
            f'The {args.split} parts of {args.baseline[0]} and {args.model[0]} have different '
            'images. Give two configs of one data set.'
        )
    truth = bank.labels.numpy()
    ours, base = predicted['model'], predicted['baseline']
    groups = {
        'baseline wrong,\nmodel right': (ours == truth) & (base != truth),
        'baseline right,\nmodel wrong': (ours != truth) & (base == truth),
        'both wrong': (ours != truth) & (base != truth),
        'both right': (ours == truth) & (base == truth),
    }
    classes = dataset.metainfo['classes']
    rng = np.random.default_rng(args.seed)
    rows, titles = [], []
    for title, members in groups.items():
        chosen = rng.permutation(np.flatnonzero(members))[: args.num]
        if not len(chosen):
            continue
        titles.append(f'{title}\n({members.sum()} of {len(truth)})')
        row = []
        for i in chosen:
            names = [classes[c[i]] for c in (truth, base, ours)]
            caption = 'true: {}\nbaseline: {}\nmodel: {}'.format(*names)
            frame = 'tab:green' if ours[i] == truth[i] else 'tab:red'
            bgr = load_sample(dataset.get_data_info(int(bank.sample_idx[i])))
            row.append(Tile(bgr[..., ::-1], caption, frame))
        rows.append(row)
    draw_tiles(rows, titles, args.out, size=1.5)
    print('; '.join(title.replace('\n', ' ') for title in titles), f'-> {args.out}')


if __name__ == '__main__':
    main()
