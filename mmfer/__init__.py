"""mmfer: facial expression recognition on mmengine, mmcv and mmpretrain."""

from mmfer.moved_modules import find_moved_modules
from mmfer.version import __version__

__all__ = ['__version__']

find_moved_modules()
