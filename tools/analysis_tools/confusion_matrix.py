"""Draw the confusion matrices of one or more models, and write the reports as JSON.

Several matrices are drawn side by side (paper 000, figure 10); the JSON file then holds a report
for each name.

Examples:
    python tools/analysis_tools/confusion_matrix.py predictions.json --out confusion.png
    python tools/analysis_tools/confusion_matrix.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_10.pth --out confusion.png
    python tools/analysis_tools/confusion_matrix.py --out confusion.png \\
        --model configs/mifnet/mifnet_r18-swint_ifer.py mifnet.pth MIFNet \\
        --predictions resnet18.json ResNet-18
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from mmfer.engine.cli import figure_file, friendly_errors, given_path, output_file
from mmfer.evaluation import Predictions, expression_report, format_report
from mmfer.evaluation.statistics.same_images import in_order_of
from mmfer.files import write_json
from mmfer.visualization.plots import plot_confusion


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'source', nargs='?', help='predictions of tools/test.py --dump (JSON), or a config'
    )
    parser.add_argument('checkpoint', nargs='?', help='the checkpoint, if the source is a config')
    # Both options fill one list, so that the matrices keep the order of the command line.
    parser.add_argument(
        '--model',
        nargs=3,
        action='append',
        dest='named',
        default=[],
        metavar=('CONFIG', 'CKPT', 'NAME'),
        help='a model to test and its title; may be repeated',
    )
    parser.add_argument(
        '--predictions',
        nargs=2,
        action='append',
        dest='named',
        metavar=('FILE', 'NAME'),
        help='predictions (JSON) and their title; may be repeated',
    )
    parser.add_argument('--out', type=figure_file, default='confusion_matrix.png', help='the image')
    parser.add_argument('--json', type=output_file, help='the report; default: beside the image')
    parser.add_argument('--title', default='', help='title of the matrix of the source')
    parser.add_argument(
        '--work-dir', type=given_path, help='folder for logs, if the source is a config'
    )
    return parser.parse_args()


def read(source: str, checkpoint: str | None, work_dir: str | None) -> Predictions:
    """The predictions in a file, or those of a checkpoint tested with a config."""
    if not source.endswith('.py'):
        return Predictions.load(source)
    from mmfer.engine import load_config, test

    if checkpoint is None:
        raise ValueError(f'"{source}" is a config: give the checkpoint, too.')
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / 'predictions.json'
        test(load_config(source, work_dir), checkpoint, dump_to=dump)
        return Predictions.load(dump)


@friendly_errors
def main() -> None:
    args = parse_args()
    named = [(source, *checkpoint, name) for source, *checkpoint, name in args.named]
    if args.source:
        named.insert(0, (args.source, args.checkpoint, args.title))
    if not named:
        raise ValueError(
            'Give predictions, or a config and its checkpoint. For several models, use --model '
            'or --predictions.'
        )
    loaded: dict[str, Predictions] = {}
    for source, *checkpoint, name in named:
        if name in loaded:
            raise ValueError(f'Two models are called "{name}". Give each model its own name.')
        loaded[name] = read(source, checkpoint[0] if checkpoint else None, args.work_dir)
    first = next(iter(loaded.values()))
    coarse, parents = first.coarse_classes, first.parents
    reports = {}
    for name, predictions in loaded.items():
        predictions = in_order_of(first, predictions, name)
        reports[name] = expression_report(
            predictions.scores, predictions.labels, predictions.classes, coarse, parents
        )
        print('\n'.join(filter(None, [name, format_report(reports[name])])))
    matrices = {name: np.array(report['confusion_matrix']) for name, report in reports.items()}
    figure = plot_confusion(matrices, first.classes, coarse, parents)
    out = Path(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out)
    json_file = Path(args.json or out.with_suffix('.json'))
    written = reports if len(reports) > 1 else next(iter(reports.values()))
    write_json(json_file, written)
    print(f'Image: {out}\nReport: {json_file}')


if __name__ == '__main__':
    main()
