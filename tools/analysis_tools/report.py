"""Write a page about a trained model: one HTML file that opens without a network.

Measures with bootstrap intervals, classes, groups of people, confusion matrix, reliability, ROC
curves, t-SNE, Grad-CAM, the worst mistakes, training curves, data, config and versions.

Examples:
    mmfer report configs/rald/rald_r18_synthetic.py work_dirs/rald_r18_synthetic/epoch_14.pth \\
        --out report.html
    mmfer report CONFIG CKPT --predictions predictions.json --no-faces --out report.html
"""

import argparse

from mmfer.engine.cli import add_config_options, friendly_errors, output_file
from mmfer.evaluation import Predictions, format_attribute_report, format_report
from mmfer.pages.model_report import write_model_report


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument(
        '--out', type=output_file, default='report.html', help='the page; default: %(default)s'
    )
    parser.add_argument(
        '--predictions',
        metavar='JSON',
        help='predictions of the same checkpoint by `mmfer test --dump`; default: test again',
    )
    parser.add_argument(
        '--no-faces',
        action='store_true',
        help='leave out all images of faces, for data whose terms forbid to show them',
    )
    parser.add_argument(
        '--faces', type=int, default=12, metavar='N', help='mistakes and Grad-CAMs to show'
    )
    parser.add_argument('--draws', type=int, default=1000, help='bootstrap draws')
    parser.add_argument('--seed', type=int, default=0)
    add_config_options(parser)
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    if not args.out.suffix.lower().startswith('.htm'):
        raise ValueError(f'--out {args.out}: the page is HTML. Give a name such as report.html.')
    measured = write_model_report(
        args.config,
        args.checkpoint,
        args.out,
        Predictions.load(args.predictions) if args.predictions else None,
        args.cfg_options,
        args.draws,
        args.faces,
        not args.no_faces,
        args.seed,
    )
    of_attributes = measured.predictions.of_attributes
    print((format_attribute_report if of_attributes else format_report)(measured.report))
    print(f'Page: {args.out}')


if __name__ == '__main__':
    main()
