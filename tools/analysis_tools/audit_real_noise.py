"""Find wrong labels in real noise: the label audit beside own confidence and confident learning.

Trains on noisy labels whose clean labels are known: one model on all images, and one for each fold
on all others. Then ranks the images by how suspicious their labels are, by several methods, and
judges the rankings by the clean labels: AUROC, precision among the first tenth, and the gain in
AUROC over the confidence of the cross-validated model, with its standard error (bootstrap). Writes
results.json and audit.md, with the most suspicious images as numbers and class names. A killed call
continues where it stopped.

Example:
    FER2013's own labels, a third of which contradict the majority of FERPlus' votes:
    python tools/analysis_tools/audit_real_noise.py configs/resnet/resnet18_ferplus-48px.py \\
        --jobs 2 --out work_dirs/real_noise --cfg-options label_mode=majority label_source=fer2013
"""

import argparse
from pathlib import Path

import numpy as np

from mmfer.apis.noise_audit import OWN, NoiseAudit
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.work_dir import only_one
from mmfer.evaluation.label_noise import detection_report
from mmfer.evaluation.noise_page import noise_page
from mmfer.files import write_atomically, write_json

TOOLS = Path(__file__).resolve().parents[1]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument(
        '--out', type=given_path, required=True, help='the folder for trainings and results'
    )
    parser.add_argument('--folds', type=int, default=3, help='parts of the images; default 3')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--k', type=int, default=20, help='number of neighbors of each image')
    parser.add_argument('--top', type=int, default=40, help='images on the page')
    parser.add_argument('--jobs', type=int, default=1, help='trainings at the same time')
    add_config_options(parser)
    args = parser.parse_args()
    if args.folds < 2:
        parser.error(f'--folds {args.folds}: give 2 or more.')
    for name in ('jobs', 'k', 'top'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} {getattr(args, name)}: give 1 or more.')
    return args


@friendly_errors
def main() -> None:
    args = parse_args()
    out = Path(args.out)
    cfg = load_config(args.config, out, args.cfg_options)
    with only_one(out):
        audit = NoiseAudit(cfg, out, TOOLS, args.folds, args.seed, args.k, args.jobs)
        rows = audit.run()
        suspicions = {
            name: np.array([row['suspicions'][name] for row in rows])
            for name in rows[0]['suspicions']
        }
        wrong = np.array([row['label'] != row['clean_label'] for row in rows])
        report = detection_report(suspicions, wrong, OWN)
        write_json(out / 'results.json', report)
        page = noise_page(rows, report, OWN, audit.classes, args.top)
        write_atomically(out / 'audit.md', page)
        print(page)


if __name__ == '__main__':
    main()
