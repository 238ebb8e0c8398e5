"""Compare two models on the same images: McNemar's exact test and a paired bootstrap.

Each model is a file of predictions (`mmfer test --dump`), a checkpoint, which is then tested with
the config inside it, or the folder of a run with predictions.json or a best_*.pth.

Examples:
    mmfer compare plain.json rald.json --out comparison.html
    mmfer compare work_dirs/plain work_dirs/rald --names plain RALD
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from mmfer.engine.cli import friendly_errors, given_path, output_file
from mmfer.engine.trained_models.content import own_config, read_checkpoint
from mmfer.evaluation import Predictions
from mmfer.markdown import markdown_table
from mmfer.pages.comparison import HEAD, compare, write_comparison
from mmfer.pages.model_report import predict_test_set

DUMP = 'predictions.json'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('first', type=given_path, help='predictions (JSON), a checkpoint, or a run')
    parser.add_argument('second', type=given_path, help='the other one')
    parser.add_argument('--names', nargs=2, metavar=('FIRST', 'SECOND'), help='default: the paths')
    parser.add_argument('--out', type=output_file, metavar='HTML', help='write a page, too')
    parser.add_argument('--draws', type=int, default=1000, help='bootstrap draws')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def chosen_file(source: Path) -> Path:
    """The predictions or the checkpoint in the folder of a run; a file is returned unchanged."""
    if not source.is_dir():
        return source
    if (source / DUMP).is_file():
        return source / DUMP
    best = sorted(source.glob('best_*.pth'))
    if len(best) == 1:
        return best[0]
    found = f'{len(best)} files best_*.pth' if best else 'no best_*.pth'
    raise ValueError(
        f'The folder "{source}" has no {DUMP} and {found}. Give the file of predictions or the '
        'checkpoint itself.'
    )


def read(source: Path) -> Predictions:
    """The predictions in a file, or those of a checkpoint with the config inside it."""
    file = chosen_file(source)
    if file.suffix != '.pth':
        return Predictions.load(file)
    config = own_config(read_checkpoint(file), file)
    with TemporaryDirectory() as folder:
        path = Path(folder) / 'config.py'
        path.write_text(config.pretty_text, encoding='utf-8')
        return predict_test_set(path, file)


@friendly_errors
def main() -> None:
    args = parse_args()
    names = tuple(args.names) if args.names else (str(args.first), str(args.second))
    comparison = compare(read(args.first), read(args.second), names, args.draws, args.seed)
    print(markdown_table(['measure', *HEAD], comparison.rows(each=False), align_right=True))
    print(comparison.test_text())
    if comparison.note:
        print(comparison.note)
    if args.out is not None:
        write_comparison(comparison, args.out)
        print(f'Page: {args.out}')


if __name__ == '__main__':
    main()
