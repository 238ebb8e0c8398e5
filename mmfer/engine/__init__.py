"""Configs, training, testing, hooks, feature banks, precision and pretrained weights."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.engine import checkpoint, cpu_amp, hooks, pretrained, train_loop
from mmfer.engine.config import load_config
from mmfer.engine.runners import sharded_runner
from mmfer.engine.testing import test
from mmfer.engine.training import build_runner, train, trained_score

__all__ = [
    'build_runner',
    'checkpoint',
    'cpu_amp',
    'hooks',
    'load_config',
    'pretrained',
    'sharded_runner',
    'test',
    'train',
    'train_loop',
    'trained_score',
]
