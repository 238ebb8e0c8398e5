"""What runs: configs, training, testing, hooks, precision and pretrained weights."""

from mmfer.engine import hooks
from mmfer.engine.config import load_config
from mmfer.engine.testing import test
from mmfer.engine.training import build_runner, train

__all__ = ['build_runner', 'hooks', 'load_config', 'test', 'train']
