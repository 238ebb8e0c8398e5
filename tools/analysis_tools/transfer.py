"""Evaluate a model on another data set, to measure its transfer to other faces.

Classes are joined by name and through the model's label tree. Other classes are left out, and
listed at the end.

Examples:
    python tools/analysis_tools/transfer.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_14.pth --data ferplus --out transfer.json
    python tools/analysis_tools/transfer.py CONFIG CKPT --data photographs --find-faces
    python tools/analysis_tools/transfer.py CONFIG CKPT --data configs/rald/rald-l_r18_rafdb.py
    python tools/analysis_tools/transfer.py efficientnet-lite0_ferplus --data photographs
"""

import argparse
from pathlib import Path

from mmengine.config import ConfigDict
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope

from mmfer.apis import FERInferencer
from mmfer.apis.transfer import transfer_report
from mmfer.datasets.wrapped import readers_of
from mmfer.engine import load_config
from mmfer.engine.cli import figure_file, friendly_errors, given_path, output_file
from mmfer.engine.feature_bank import build_with_pipeline
from mmfer.evaluation import format_report, write_report
from mmfer.faces.detection.choice import DETECTORS, build_detector
from mmfer.registry import register_all_modules
from mmfer.visualization.plots import plot_confusion

DATA = {
    'ferplus': dict(type='FERPlus', data_root='data/ferplus', split='val'),
    'photographs': dict(type='Photographs', data_root='data/photographs'),
}


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config of the model, or the name of a shipped model')
    parser.add_argument(
        'checkpoint', nargs='?', help='the checkpoint of the model, not with a shipped model'
    )
    parser.add_argument(
        '--data', required=True, help=f'{", ".join(DATA)}, or a config with a test set'
    )
    parser.add_argument('--data-root', type=given_path, help='the folder of the data set')
    parser.add_argument(
        '--find-faces',
        action='store_true',
        help='detect the face in each image and crop it by face_crop of the config; without this '
        'option, each image is a face crop',
    )
    parser.add_argument(
        '--detector', choices=DETECTORS, default='mtcnn', help='default: %(default)s'
    )
    parser.add_argument(
        '--out', type=output_file, metavar='JSON', help='write the report to this file'
    )
    parser.add_argument('--plot', type=figure_file, metavar='PNG', help='draw the confusion matrix')
    parser.add_argument('--device', default='cpu')
    return parser.parse_args()


def open_dataset(data: str, root: str | None) -> BaseDataset:
    """The data set with a name in :data:`DATA`, or the test set of a config.

    Raises:
        ValueError: If ``data`` is neither, or the config has no test set.
    """
    if data not in DATA and not data.endswith('.py'):
        raise ValueError(f'--data {data}: give one of {", ".join(DATA)}, or a config (.py).')
    register_all_modules()
    loader = {'dataset': DATA[data]} if data in DATA else load_config(data).get('test_dataloader')
    if not loader:
        raise ValueError(f'The config "{data}" has no test_dataloader, whose data set is read.')
    config = ConfigDict(loader['dataset'])
    if root is not None:
        for reader in readers_of(config):
            reader.data_root = root
    with DefaultScope.overwrite_default_scope('mmfer'):
        return build_with_pipeline(config, [])


@friendly_errors
def main() -> None:
    args = parse_args()
    dataset = open_dataset(args.data, args.data_root)
    config = args.config if args.checkpoint is None else load_config(args.config)
    inferencer = FERInferencer(config, args.checkpoint, args.device, build_detector(args.detector))
    report = transfer_report(inferencer, dataset, args.find_faces, progress=True)
    print(format_report(report))
    print(f'always the most frequent class: {report["majority"]["accuracy"]:.2f}')
    for name, count in report['left_out'].items():
        print(f'left out, because the model does not have this class: {name} ({count} images)')
    if report['unused']:
        print(f'classes of the model that the data set lacks: {", ".join(report["unused"])}')
    if args.find_faces:
        print(f'no face found, whole image used: {report["without_face"]} images')
    if args.out is not None:
        write_report(report, args.out)
    if args.plot is not None:
        title = f'{Path(args.config).stem} on {Path(args.data).stem}'
        plot_confusion({title: report['confusion_matrix']}, report['classes']).savefig(args.plot)


if __name__ == '__main__':
    main()
