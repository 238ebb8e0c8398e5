"""Render faces, train RALD on them and test it; read photographs with the shipped model.

All results are written to work_dirs/quickstart/. Existing results are kept, so a second call takes
seconds, and the same command continues a killed run.

Example:
    python tools/quickstart.py --photos my_photos/ another.jpg
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from mmfer.apis.image_files import find_images
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.labels import LabelTree
from mmfer.shipped_models import DEFAULT, model_card

ROOT = Path(__file__).resolve().parents[1]
CONFIG = 'configs/rald/rald_r18_synthetic.py'
DATA = 'data/synthetic/fgemotions'
NARROW = (
    *('model.backbone.stem_channels=32', 'model.backbone.base_channels=32'),
    *('model.neck.in_channels=256', 'model.head.in_channels=256'),
)
"""Half the width of ResNet-18, which trains within minutes without bfloat16, too."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--out', type=given_path, default='work_dirs/quickstart', help='the folder for results'
    )
    parser.add_argument(
        '--photos', nargs='+', default=['docs/photos'], help='photographs or folders'
    )
    return parser.parse_args()


def step(title: str, tool: str, *args: str) -> None:
    """Run a tool with its output on the screen.

    Raises:
        ValueError: If the tool fails.
    """
    print(f'\n== {title}\n$ python tools/{tool} {" ".join(args)}', flush=True)
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join([str(ROOT), *sys.path[1:]])}
    code = subprocess.run([sys.executable, f'tools/{tool}', *args], cwd=ROOT, env=env).returncode
    if code:
        raise ValueError(f'tools/{tool} failed with exit code {code}; see its output above.')


@friendly_errors
def main() -> None:
    args = parse_args()
    out = Path(args.out).resolve()
    photos = [str(Path(photo).resolve()) for photo in args.photos]
    os.chdir(ROOT)
    find_images(photos)  # here, so that a wrong path does not end minutes of training
    train, metrics, annotated = out / 'train', out / 'metrics.json', out / 'photos'
    workers = str(min(4, os.cpu_count() or 1))
    render = ['fgemotions', DATA, '--preset', 'small', '--seed', '0', '--workers', workers]
    step('Rendering labeled faces', 'render_synthetic.py', *render)
    done = train / 'finished'
    if not done.is_file():
        options = ['--work-dir', str(train), '--seed', '0', '--resume']
        step('Training a narrow RALD', 'train.py', CONFIG, *options, '--cfg-options', *NARROW)
        done.touch()
    checkpoint = (train / 'last_checkpoint').read_text(encoding='utf-8').strip()
    if not metrics.is_file():
        options = ['--out', str(metrics), '--work-dir', str(out / 'test')]
        options += ['--cfg-options', *NARROW]
        step('Testing on unseen identities', 'test.py', CONFIG, checkpoint, *options)
    options = ['--out-dir', str(annotated)]
    step('Reading photographs with the shipped model', 'predict.py', *photos, *options)
    scores = json.loads(metrics.read_text(encoding='utf-8'))
    print('\n== Results on rendered faces of unseen identities, 33 classes')
    for name, chance in chances().items():
        title = name.replace('mean_class', 'mean-class').replace('_', ' ')
        print(f'{title:20} {scores[name]:6.2f} %   chance {chance:5.2f} %')
    print(f'Checkpoint: {checkpoint}')
    print(f'\n== Results of the shipped {DEFAULT} on real faces (recorded, not measured now)')
    for data, result in model_card()['results'].items():
        print(
            f'{data:20} {result["accuracy"]:6.2f} %   mean class '
            f'{result["mean_class_accuracy"]:.2f} %   always the most frequent class '
            f'{result["majority"]:.2f} %'
        )
    print(f'Annotated photographs and results.json: {annotated}')


def chances() -> dict[str, float]:
    """Results of a uniformly random fine class, in percent."""
    parents = LabelTree.load('fgemotions').parents
    fine = 100 / len(parents)
    coarse = fine * sum(parents.count(parent) for parent in parents) / len(parents)
    return {'accuracy': fine, 'mean_class_accuracy': fine, 'coarse_accuracy': coarse}


if __name__ == '__main__':
    main()
