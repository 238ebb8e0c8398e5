"""Compute the ratio of within-class to between-class scatter of a model's features.

The features are the input of the classifier. Losses such as the center loss, which make classes
more compact, lower the ratio.

Example:
    python tools/analysis_tools/scatter.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_14.pth --out scatter.json
"""

import argparse

from mmfer.apis.model import SPLITS, TrainedModel
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors, output_file
from mmfer.evaluation import scatter_ratio, write_report


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument(
        '--out', type=output_file, metavar='JSON', help='write the ratio to this file'
    )
    parser.add_argument('--split', choices=SPLITS, default='test')
    add_config_options(parser)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    config = load_config(args.config, options=args.cfg_options)
    trained = TrainedModel.load(config, args.checkpoint)
    dataset = trained.dataset(args.split)
    if dataset.metainfo.get('task') == 'attributes':
        raise ValueError(
            f'{args.config} is a config for attributes, but the scatter needs classes. Give a '
            'config for expressions.'
        )
    bank = trained.bank(dataset)
    ratio = scatter_ratio(bank.enhanced.numpy(), bank.labels.numpy())
    print(f'scatter ratio, within / between {len(bank.labels)} {args.split} images: {ratio:.4f}')
    if args.out is not None:
        report = {'scatter_ratio': ratio, 'split': args.split, 'num_samples': len(bank.labels)}
        write_report(report, args.out)


if __name__ == '__main__':
    main()
