"""Write a small file with a trained model and all that its users need.

The file holds the weights (convolutions and other matrices in half precision) and ``meta``: the
config as text (``cfg``), the classes (``dataset_meta``) and the length of the training. Example::

    python tools/misc/publish_model.py configs/efficientnet/efficientnet-lite0_ferplus-48px.py \\
        work_dirs/efficientnet-lite0_ferplus-48px/epoch_12.pth \\
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

from mmfer.apis.loading import build_model, class_names, face_alignment, read_config
from mmfer.engine.checkpoint import write_checkpoint
from mmfer.engine.cli import friendly_errors, given_path, output_file
from mmfer.engine.trained_models.content import put_weights, read_checkpoint
from mmfer.registry import register_all_modules
from mmfer.version import __version__

KEPT = ('epoch', 'iter', 'seed', 'mmengine_version', 'calibration', 'rendered')
"""The entries kept from the ``meta`` of the training checkpoint."""


def halved(weight: Tensor) -> Tensor:
    """Convert a matrix to half precision; vectors, such as those of batch norm, do not change."""
    return weight.half() if weight.is_floating_point() and weight.ndim > 1 else weight


def last_weights(checkpoint: Path) -> dict[str, Any]:
    """A checkpoint with the weights of the last step in place of the averaged ones.

    Raises:
        ValueError: If the checkpoint has no averaged weights.
    """
    loaded = read_checkpoint(checkpoint)
    kept = loaded.get('ema_state_dict')
    if kept is None:
        raise ValueError(
            f'"{checkpoint}" has no averaged weights, so its weights are those of the last step. '
            'Leave --last-weights out.'
        )
    # EMAHook saves the averaged weights as the model's, and these under the name of its copy.
    prefix = 'module.'
    weights = {name.removeprefix(prefix): w for name, w in kept.items() if name.startswith(prefix)}
    # A calibration belongs to the averaged weights.
    meta = {name: v for name, v in (loaded.get('meta') or {}).items() if name != 'calibration'}
    return {**loaded, 'meta': meta, 'state_dict': weights}


def publish(config: Config, checkpoint: Path, last: bool = False) -> dict[str, Any]:
    """The content of the published file.

    Args:
        config: The config of the model.
        checkpoint: A checkpoint of the training.
        last: Publish the weights of the last step, where EMAHook averaged weights.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If the checkpoint does not match the config, or the config has no ``face_crop``.
    """
    register_all_modules()
    with DefaultScope.overwrite_default_scope('mmfer'):
        model = build_model(config)
        loaded = last_weights(checkpoint) if last else read_checkpoint(checkpoint)
        meta = put_weights(model, loaded, checkpoint)
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
    parser.add_argument('out', type=output_file, help='the file to write (.pth)')
    parser.add_argument(
        '--last-weights',
        action='store_true',
        help='publish the weights of the last step, where EMAHook averaged weights',
    )
    args = parser.parse_args()
    content = BytesIO()
    torch.save(publish(read_config(args.config), args.checkpoint, args.last_weights), content)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_checkpoint(args.out, content.getvalue())
    print(f'{args.out}: {len(content.getvalue()) / 2**20:.1f} MiB')


if __name__ == '__main__':
    main()
