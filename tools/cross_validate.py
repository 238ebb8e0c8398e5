"""Cross-validate over subjects, and evaluate the predictions of all folds together.

Each fold trains its own model in its own process, without the subjects on which it is tested. The
tested epoch is the last one, or an epoch chosen on a validation part of the training subjects; a
config that would choose the epoch on held-out subjects is refused. The folds divide the data set of
train_dataloader; test_dataloader gives the pipeline of the test. Several data sets that both join
by ConcatDataset are divided together; a subject is then named after its data set, such as
CASME2/sub01.

--resume continues a killed run: finished folds are kept, others resume from their last checkpoint.

Examples:
    python tools/cross_validate.py configs/apex_seresnext/apex_seresnext50_synthetic.py \\
        --protocol loso --jobs 2
    python tools/cross_validate.py CONFIG --protocol kfold --folds 5 --seed 1 --resume
"""

import argparse
from pathlib import Path

import mmfer
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.experiments.cross_validation import (
    FoldRun,
    check_complete,
    prepare,
    run_folds,
)
from mmfer.engine.experiments.folds import Pool, common_config, read_pool
from mmfer.engine.experiments.joined import dataset_of
from mmfer.engine.work_dir import only_one
from mmfer.evaluation import (
    Fold,
    attribute_fold_report,
    attribute_fold_tables,
    fold_report,
    fold_tables,
    kfold,
    lodo,
    loso,
    pool_predictions,
    write_report,
)
from mmfer.evaluation.protocols import PROTOCOLS
from mmfer.files import write_atomically
from mmfer.visualization.plots import plot_folds


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument(
        '--protocol',
        choices=PROTOCOLS,
        required=True,
        help='loso leaves out one subject per fold, kfold a K-th of the subjects, lodo one of '
        'several joined data sets',
    )
    parser.add_argument(
        '--folds', type=int, default=5, metavar='K', help='number of folds of kfold; default: 5'
    )
    parser.add_argument(
        '--seed', type=int, help="seed of training and kfold; default: the config's seed"
    )
    parser.add_argument('--jobs', type=int, default=1, help='number of folds at the same time')
    parser.add_argument(
        '--resume', action='store_true', help='continue the run in the work directory'
    )
    parser.add_argument('--work-dir', type=given_path, help='default: work_dirs/CONFIG_PROTOCOL')
    add_config_options(parser)
    args = parser.parse_args()
    if args.jobs < 1:
        parser.error(f'--jobs {args.jobs}: give 1 or more.')
    return args


def divide(protocol: str, pool: Pool, count: int, seed: int) -> list[Fold]:
    """The folds of a protocol."""
    if protocol == 'loso':
        return loso(pool.subjects)
    if protocol == 'lodo':
        return lodo(pool.subjects, pool.datasets)
    return kfold(pool.labels, pool.subjects, count, seed)


def run_all(runs: list[FoldRun], jobs: int) -> None:
    """Run all unfinished folds, and report failures."""
    failed: list[str] = []
    done = [run for run in runs if run.finished]

    def tell(run: FoldRun, code: int) -> None:
        if code or not run.finished:
            failed.append(f'{run.fold.name}, exit code {code}, see {run.folder}/output.txt')
            print(f'failed: {failed[-1]}', flush=True)
        else:
            done.append(run)
            print(f'done: {run.fold.name} ({len(done)} of {len(runs)})', flush=True)

    run_folds(runs, jobs, tell)
    if failed:
        raise ValueError(
            f'{len(failed)} of {len(runs)} folds failed: {"; ".join(failed)}. The other folds are '
            'kept: fix the error, and continue with --resume.'
        )


@friendly_errors
def main() -> None:
    args = parse_args()
    name = Path(args.config).stem
    work_dir = Path(args.work_dir or f'work_dirs/{name}_{args.protocol}')
    cfg = load_config(args.config, work_dir, args.cfg_options)
    pool = read_pool(cfg, check_landmarks=True)
    seed = args.seed if args.seed is not None else cfg.get('randomness', {}).get('seed') or 0
    folds = divide(args.protocol, pool, args.folds, seed)
    validates = cfg.get('val_dataloader') is not None
    cfg = common_config(cfg, pool, seed)
    if validates and cfg.val_dataloader is None:
        print('val_dataloader contains held-out subjects, so the folds are not validated.')
    with only_one(work_dir):
        runs = prepare(cfg, folds, pool, work_dir, args.resume)
        run_all(runs, args.jobs)
        check_complete(runs, pool)
        predictions = {run.fold.name: run.predictions for run in runs}
        pooled = pool_predictions(predictions)
        pooled.save(work_dir / 'predictions.json')
        if pooled.of_attributes:
            report = attribute_fold_report(folds, predictions)
            tables = attribute_fold_tables(report)
        else:
            report = fold_report(folds, predictions, dataset_of if pool.joined else None)
            tables = fold_tables(report)
        facts = {'config': args.config, 'protocol': args.protocol, 'seed': seed}
        write_report(facts | {'version': mmfer.__version__} | report, work_dir / 'results.json')
        what = f'{args.protocol}, {len(folds)} folds, {len(pool.paths)} samples'
        text = f'{what}; {args.config}, seed {seed}, mmfer {mmfer.__version__}'
        text += f'\n\n{tables}\n'
        write_atomically(work_dir / 'results.md', text)
        written = 'results.{md,json}'
        if not pooled.of_attributes:
            matrix, names = report['confusion_matrix'], report['classes']
            figure = plot_folds(matrix, names, report['folds'], f'{name}: {what}')
            figure.savefig(work_dir / 'results.png')
            written = 'results.{md,json,png}'
    print(f'\n{text}\nTables, report, image: {work_dir}/{written}')


if __name__ == '__main__':
    main()
