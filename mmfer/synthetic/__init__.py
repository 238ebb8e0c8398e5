"""Labelled faces, rendered from a CC0 head model with exact ground truth."""

from mmfer.checks import openmmlab_check  # noqa: F401  (before OpenCV)
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.render.scene import Person, Rendering, Scene

__all__ = ['Head', 'Person', 'Renderer', 'Rendering', 'Scene']
