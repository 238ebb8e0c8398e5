"""Draw the confusion matrix of a model, and write it as JSON.

Examples:
    python tools/analysis_tools/confusion_matrix.py predictions.json --out confusion.png
    python tools/analysis_tools/confusion_matrix.py configs/rald/rald_r18_synthetic.py \
        work_dirs/rald_r18_synthetic/epoch_10.pth --out confusion.png
"""

import argparse
import json
import tempfile
from pathlib import Path

from mmfer.engine.cli import friendly_errors
from mmfer.evaluation import Predictions, expression_report, format_report
from mmfer.visualization.plots import plot_confusion


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', help='predictions of tools/test.py --dump (JSON), or a config')
    parser.add_argument('checkpoint', nargs='?', help='the checkpoint, if the source is a config')
    parser.add_argument('--out', default='confusion_matrix.png', help='the picture')
    parser.add_argument('--json', help='the report; default: beside the picture')
    parser.add_argument('--title', default='', help='above the picture')
    parser.add_argument('--work-dir', help='for logs, if the source is a config')
    return parser.parse_args()


def predict(config: str, checkpoint: str | None, work_dir: str | None) -> Predictions:
    """Test a checkpoint and take its predictions."""
    from mmfer.engine import load_config, test

    if checkpoint is None:
        raise ValueError(f'"{config}" is a config: give the checkpoint to test, too.')
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / 'predictions.json'
        test(load_config(config, work_dir), checkpoint, dump_to=dump)
        return Predictions.load(dump)


@friendly_errors
def main() -> None:
    args = parse_args()
    if args.source.endswith('.py'):
        predictions = predict(args.source, args.checkpoint, args.work_dir)
    else:
        predictions = Predictions.load(args.source)
    coarse, parents = predictions.coarse_classes, predictions.parents
    report = expression_report(
        predictions.scores, predictions.labels, predictions.classes, coarse, parents
    )
    figure = plot_confusion(
        report['confusion_matrix'], predictions.classes, coarse, parents, args.title
    )
    out = Path(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out)
    json_file = Path(args.json or out.with_suffix('.json'))
    json_file.parent.mkdir(parents=True, exist_ok=True)
    json_file.write_text(json.dumps(report, indent=1), encoding='utf-8')
    print(format_report(report))
    print(f'Picture: {out}\nReport: {json_file}')


if __name__ == '__main__':
    main()
