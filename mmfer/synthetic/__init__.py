"""Labelled faces, rendered from a CC0 head model with exact ground truth."""

from mmfer.synthetic.head import Head
from mmfer.synthetic.renderer import Renderer
from mmfer.synthetic.scene import Person, Rendering, Scene

__all__ = ['Head', 'Person', 'Renderer', 'Rendering', 'Scene']
