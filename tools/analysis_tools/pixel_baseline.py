"""Baselines of a data set: the most frequent class, and linear discriminant analysis on pixels.

The analysis is fitted to the training data of a config and tested on its test data.

Example:
    python tools/analysis_tools/pixel_baseline.py \
        configs/efficientnet/efficientnet-lite0_ferplus-48px.py --out baseline.json
"""

import argparse

import numpy as np
from mmengine.config import ConfigDict
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope
from tqdm import tqdm

from mmfer.datasets import load_sample
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors
from mmfer.engine.feature_bank import build_with_pipeline
from mmfer.evaluation import expression_report, format_report, write_report
from mmfer.evaluation.pixel_baseline import SIDE, grey_pixels, pixel_lda


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='a config with training and test data of expressions')
    parser.add_argument(
        '--side',
        type=int,
        default=SIDE,
        help='side of the small images in pixels, default: %(default)s',
    )
    parser.add_argument('--out', metavar='JSON', help='write the report to this file')
    add_config_options(parser)
    return parser.parse_args()


def read(dataset: ConfigDict, side: int) -> tuple[BaseDataset, np.ndarray, np.ndarray]:
    """The reader of a data set, the pixels (N, side * side) and the classes (N,) of its images."""
    reader = build_with_pipeline(dataset, [])
    infos = [reader.get_data_info(index) for index in range(len(reader))]
    images = (load_sample(info) for info in tqdm(infos, unit='image'))
    return reader, grey_pixels(images, side), np.array([info['gt_label'] for info in infos])


@friendly_errors
def main() -> None:
    args = parse_args()
    config = load_config(args.config, options=args.cfg_options)
    with DefaultScope.overwrite_default_scope('mmfer'):
        _, train_pixels, train_labels = read(config.train_dataloader.dataset, args.side)
        reader, pixels, labels = read(config.test_dataloader.dataset, args.side)
    classes = reader.metainfo['classes']
    scores = pixel_lda(train_pixels, train_labels, pixels, len(classes))
    report = expression_report(scores, labels, classes)
    report['majority'] = {'accuracy': 100 * np.bincount(labels).max() / len(labels)}
    print(format_report(report))
    print(f'always the most frequent class: {report["majority"]["accuracy"]:.2f}')
    if args.out is not None:
        write_report(report, args.out)


if __name__ == '__main__':
    main()
