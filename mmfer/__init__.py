"""mmfer: facial expression recognition on mmengine, mmcv and mmpretrain."""

from mmfer.version import __version__

__all__ = ['__version__']
