"""Write a small file with a trained model and all that its users need.

The file holds the weights (convolutions and other matrices in half precision) and ``meta``: the
config as text (``cfg``), the classes (``dataset_meta``) and the length of the training. Example::

    python tools/misc/publish_model.py configs/efficientnet/efficientnet-lite0_ferplus-48px.py \\
        work_dirs/efficientnet-lite0_ferplus-48px/epoch_8.pth \\
        mmfer/weights/efficientnet-lite0_ferplus.pth
"""

import argparse
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import Tensor

from mmfer.apis.loading import (
    build_model,
    class_names,
    face_alignment,
    load_weights,
    read_config,
)
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.files import write_atomically
from mmfer.registry import register_all_modules
from mmfer.version import __version__

KEPT = ('epoch', 'iter', 'seed', 'mmengine_version')
"""The entries kept from the ``meta`` of the training checkpoint."""


def halved(weight: Tensor) -> Tensor:
    """Convert a matrix to half precision; vectors, such as those of batch norm, do not change."""
    return weight.half() if weight.is_floating_point() and weight.ndim > 1 else weight


def publish(config: Config, checkpoint: Path) -> dict[str, Any]:
    """The content of the published file.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If the checkpoint does not match the config, or the config has no ``face_crop``.
    """
    register_all_modules()
    with DefaultScope.overwrite_default_scope('mmfer'):
        model = build_model(config)
        meta = load_weights(model, checkpoint)
        classes = class_names(config, meta, str(checkpoint))
    if face_alignment(config, meta, str(checkpoint)) is None:
        raise ValueError(
            f'The config "{config.filename}" has no face_crop, which users need to apply the model '
            'to photographs. Add face_crop to the top level of the config.'
        )
    known = meta.get('dataset_meta') or {}
    return {
        'state_dict': {name: halved(weight) for name, weight in model.state_dict().items()},
        'meta': {
            **{name: meta[name] for name in KEPT if name in meta},
            'cfg': config.pretty_text,
            'dataset_meta': {**known, 'classes': classes},
            'mmfer_version': __version__,
        },
    }


@friendly_errors
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', type=given_path, help='the config of the model')
    parser.add_argument('checkpoint', type=given_path, help='a checkpoint of tools/train.py')
    parser.add_argument('out', type=given_path, help='the file to write (.pth)')
    args = parser.parse_args()
    content = BytesIO()
    torch.save(publish(read_config(args.config), args.checkpoint), content)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(args.out, content.getvalue())
    print(f'{args.out}: {len(content.getvalue()) / 2**20:.1f} MiB')


if __name__ == '__main__':
    main()
