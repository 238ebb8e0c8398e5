"""Baselines of a data set: the most frequent class, and linear discriminant analysis on pixels.

Of attributes, such as action units, each has an analysis of its own.

The analysis is fitted to the training data of a config and tested on its test data, or, with
--loso, tested on every subject in turn, or, with --lodo, on every joined data set in turn.

Examples:
    python tools/analysis_tools/pixel_baseline.py \\
        configs/efficientnet/efficientnet-lite0_ferplus-48px.py --out baseline.json
    python tools/analysis_tools/pixel_baseline.py configs/ststnet/ststnet_synthetic.py \\
        --input model --loso
"""

import argparse
from dataclasses import dataclass

import numpy as np
from mmengine.config import Config, ConfigDict
from mmengine.registry import DefaultScope

from mmfer.datasets import load_sample
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors, output_file
from mmfer.engine.experiments.folds import pool_config, read_pool
from mmfer.engine.experiments.joined import named_subjects
from mmfer.engine.feature_bank import build_with_pipeline
from mmfer.evaluation import (
    attribute_report,
    expression_report,
    format_attribute_report,
    format_report,
    write_report,
)
from mmfer.evaluation.pixel_baseline import (
    SIDE,
    attribute_lda,
    grey_pixels,
    input_pixels,
    pixel_lda,
)
from mmfer.evaluation.protocols import lodo, loso
from mmfer.progress import progress_bar
from mmfer.registry import DATASETS

LARGEST_SIDE = 128
"""At which the covariance of the grey pixels already takes 2 GiB."""


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
    parser.add_argument(
        '--input',
        choices=('image', 'model'),
        default='image',
        help='the pixels: of the whole grey image (default), or of the input of the model, after '
        'the test pipeline',
    )
    turns = parser.add_mutually_exclusive_group()
    turns.add_argument('--loso', action='store_true', help='leave one subject out in turn')
    turns.add_argument(
        '--lodo', action='store_true', help='leave one of several joined data sets out in turn'
    )
    parser.add_argument(
        '--out', type=output_file, metavar='JSON', help='write the report to this file'
    )
    add_config_options(parser)
    args = parser.parse_args()
    if not 1 <= args.side <= LARGEST_SIDE:
        parser.error(f'--side {args.side}: give 1 to {LARGEST_SIDE} pixels.')
    return args


@dataclass(frozen=True)
class Pixels:
    """The N samples of a data set."""

    classes: list[str]
    pixels: np.ndarray
    """(N, D)."""
    labels: np.ndarray
    """(N,), or (N, A) of A attributes."""
    subjects: np.ndarray
    """(N,)."""
    known: np.ndarray | None = None
    """(N, A), where attributes are known; None for classes."""

    def scores(self, pixels: np.ndarray, chosen: np.ndarray | None = None) -> np.ndarray:
        """The scores (M, C) of pixels (M, D) by an analysis of all or of the chosen samples."""
        rows = slice(None) if chosen is None else chosen
        if self.known is None:
            return pixel_lda(self.pixels[rows], self.labels[rows], pixels, len(self.classes))
        return attribute_lda(self.pixels[rows], self.labels[rows], self.known[rows], pixels)


def read(dataset: ConfigDict, kind: str, side: int) -> Pixels:
    """Read the pixels of the images, or of the inputs of a model if ``kind`` is ``'model'``."""
    reader = build_with_pipeline(dataset, [])
    infos = [reader.get_data_info(index) for index in range(len(reader))]
    if kind == 'image':
        images = (load_sample(info) for info in progress_bar(infos, unit='image'))
        pixels = grey_pixels(images, side)
    else:
        ready = DATASETS.build(dataset)
        inputs = (
            ready[index]['inputs'].numpy()
            for index in progress_bar(range(len(ready)), unit='image')
        )
        pixels = input_pixels(inputs, side)
    classes = list(reader.metainfo['classes'])
    subjects = np.array([str(info.get('subject')) for info in infos])
    if reader.metainfo.get('task') != 'attributes':
        return Pixels(classes, pixels, np.array([info['gt_label'] for info in infos]), subjects)
    present = np.stack([info['gt_score'] for info in infos])
    known = [info.get('attribute_mask', np.ones(len(classes), bool)) for info in infos]
    return Pixels(classes, pixels, present, subjects, np.stack(known))


def left_out(config: Config, kind: str, side: int, whole: bool) -> tuple[Pixels, np.ndarray]:
    """All samples, and the scores (N, C) of each by the analysis without its subject.

    ``whole`` leaves out the whole data set of the subject. Subjects of joined data sets have the
    name of their set, because the same name in two sets stands for two people.
    """
    pool = read_pool(config)  # each sample must have a class and a subject
    data = read(pool_config(named_subjects(config)), kind, side)
    scores = np.zeros((len(data.labels), len(data.classes)))
    folds = lodo(pool.subjects, pool.datasets) if whole else loso(data.subjects.tolist())
    for fold in folds:
        test = np.isin(data.subjects, fold.held_out)
        scores[test] = data.scores(data.pixels[test], ~test)
    return data, scores


@friendly_errors
def main() -> None:
    args = parse_args()
    config = load_config(args.config, options=args.cfg_options)
    with DefaultScope.overwrite_default_scope('mmfer'):
        if args.loso or args.lodo:
            data, scores = left_out(config, args.input, args.side, args.lodo)
        else:
            train = read(config.train_dataloader.dataset, args.input, args.side)
            data = read(config.test_dataloader.dataset, args.input, args.side)
            scores = train.scores(data.pixels)
    labels, classes = data.labels, data.classes
    if data.known is not None:
        report = attribute_report(scores, labels, classes, data.known)
        print(format_attribute_report(report))
    else:
        report = expression_report(scores, labels, classes)
        report['majority'] = {'accuracy': 100 * np.bincount(labels).max() / len(labels)}
        print(format_report(report))
        print(f'always the most frequent class: {report["majority"]["accuracy"]:.2f}')
    if args.out is not None:
        write_report(report, args.out)


if __name__ == '__main__':
    main()
