"""Write the images of a data set into few large files, which ExpressionShards reads.

The shards are tar files in the layout of the library webdataset: each image is followed by a JSON
file with its class and, if known, the votes, the clean class, subject, landmarks and box of the
face. Shards of renderings keep the file that marks them as such.

Example:
    python tools/pack_shards.py configs/resnet/resnet18_ferplus.py --part train --out data/shards
"""

import argparse
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.registry import DefaultScope

from mmfer.datasets.files.shard_writer import write_shards
from mmfer.datasets.wrapped import each_sample_once, readers_of
from mmfer.engine import load_config
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.hooks.face_framing_hook import RENDERING
from mmfer.progress import progress_bar
from mmfer.registry import DATASETS

PARTS = ('train', 'val', 'test')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config whose data set is read')
    parser.add_argument('--part', choices=PARTS, default='train', help='default: %(default)s')
    parser.add_argument('--out', required=True, type=given_path, help='the folder for the shards')
    parser.add_argument('--images-per-shard', type=int, default=10_000, help='default: %(default)s')
    add_config_options(parser)
    args = parser.parse_args()
    if args.images_per_shard < 1:
        parser.error(f'--images-per-shard {args.images_per_shard}: give 1 or more.')
    return args


def keep_mark(dataset: Any, folder: Path) -> None:
    """Copy the file that tells renderings from photographs, if all images are renderings."""
    marks = [
        Path(getattr(reader, 'data_root', None) or '') / RENDERING for reader in readers_of(dataset)
    ]
    if all(mark.is_file() for mark in marks):
        shutil.copyfile(marks[0], folder / RENDERING)


@friendly_errors
def main() -> None:
    args = parse_args()
    loader = load_config(args.config, options=args.cfg_options).get(f'{args.part}_dataloader')
    if not loader:
        raise ValueError(f'{args.config} has no {args.part}_dataloader. Give another --part.')
    dataset = deepcopy(loader.dataset)
    for reader in readers_of(dataset):
        reader['pipeline'] = []
    with DefaultScope.overwrite_default_scope('mmfer'):
        built = each_sample_once(DATASETS.build(dataset))
    args.out.mkdir(parents=True, exist_ok=True)
    total = -(-len(built) // args.images_per_shard)
    written = list(
        progress_bar(write_shards(built, args.out, args.part, args.images_per_shard), total=total)
    )
    if args.part == 'train':
        keep_mark(built, args.out)
    classes = list(built.metainfo['classes'])
    print(
        f'Wrote {len(built)} images of the {args.part} part to {len(written)} files in {args.out}. '
        f"Read them with\ndict(type='ExpressionShards', data_root='{args.out}', "
        f"split='{args.part}', classes={classes})"
    )
    if crop := built.metainfo.get('alignment'):
        print(
            f'So that photographs are cropped as these faces, add to the config\nface_crop = {crop}'
        )


if __name__ == '__main__':
    main()
