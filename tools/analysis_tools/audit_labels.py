"""Rank training images by the disagreement of their neighbors with their label.

Writes rows of img_path, label, suggestion, score and the confidence of the model as JSON, the most
suspicious image first. If the annotations hold clean labels beside planted noise, the command
prints the AUROC with which the score, and the confidence alone, detect the noise.

Example:
    python tools/analysis_tools/audit_labels.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_12.pth --out label_audit.json
"""

import argparse

from sklearn.metrics import roc_auc_score

from mmfer.apis.model import TrainedModel
from mmfer.engine.cli import friendly_errors, output_file
from mmfer.engine.label_audit import audit_rows, bank_distributions, bank_similarity
from mmfer.files import write_json


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument(
        '--out', type=output_file, required=True, metavar='JSON', help='the file to write'
    )
    parser.add_argument('--k', type=int, default=20, help='number of neighbors of each image')
    parser.add_argument('--top', type=int, default=10, help='rows to print')
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    trained = TrainedModel.load(args.config, args.checkpoint)
    dataset = trained.dataset('train')
    bank = trained.bank(dataset)
    distributions = bank_distributions(bank, bank_similarity(trained.model), args.k)
    infos = [dataset.get_data_info(int(i)) for i in bank.sample_idx]
    classes = list(dataset.metainfo['classes'])
    rows = audit_rows(bank, distributions, classes, [info['img_path'] for info in infos])
    write_json(args.out, rows)
    for row in rows[: args.top]:
        print('{score:.3f} {label} -> {suggestion}: {img_path}'.format(**row))
    print(f'{len(rows)} images -> {args.out}')
    noisy = {
        int(i): info['clean_label'] != info['gt_label']
        for i, info in zip(bank.sample_idx, infos, strict=True)
        if 'clean_label' in info
    }
    truth = [noisy.get(row['sample_idx'], False) for row in rows]
    if any(truth):
        for name, sign in (('score', 1), ('confidence', -1)):
            auroc = roc_auc_score(truth, [sign * row[name] for row in rows])
            print(f'AUROC of {sum(truth)} planted errors by {name}: {auroc:.4f}')


if __name__ == '__main__':
    main()
