"""A small RALD on noise, for tests of hooks."""

from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner

from mmfer.engine import build_runner, load_config
from tests.helpers import write_config, write_images

RALD = """
model['neck'] = dict(
    type='HIFENet', in_channels=64, labels=dict(classes=['anger', 'happiness', 'sadness']),
    itrr=dict(num_heads=4), hlrr=dict(hierarchy=False), lgifo=dict())
model['head'] = dict(type='RALDHead', num_classes=3, in_channels=64,
                     neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=2))
default_hooks = dict(eval_context=dict(type='EvalContextHook', num_per_class=2))
"""


def rald_config(folder: Path, extra: str = '') -> Config:
    data = write_images(folder / 'data', count=15)
    path = write_config(folder / 'config.py', data, RALD + extra)
    return load_config(path, work_dir=folder / 'work')


def rald_runner(folder: Path, extra: str = '') -> Runner:
    # Its own name: runs of the same second would share a logger.
    return build_runner(rald_config(folder, f"experiment_name = '{folder.name}'\n" + extra))
