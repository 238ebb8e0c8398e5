"""Pictures of what goes in and comes out."""

from mmfer.visualization.faces import LabelledFace, draw_faces
from mmfer.visualization.heat_map import overlay_heat_map, scaled

__all__ = ['LabelledFace', 'draw_faces', 'overlay_heat_map', 'scaled']
