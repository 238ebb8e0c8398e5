"""Figures of samples, predictions and the inside of models."""

from mmfer.checks import opencv_check  # noqa: F401  (before OpenCV)
from mmfer.visualization.faces import LabelledFace, draw_faces
from mmfer.visualization.heat_map import overlay_heat_map, scaled
from mmfer.visualization.landmarks import draw_landmarks

__all__ = ['LabelledFace', 'draw_faces', 'draw_landmarks', 'overlay_heat_map', 'scaled']
