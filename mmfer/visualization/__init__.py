"""Pictures of what goes in and comes out."""

from mmfer.visualization.faces import LabelledFace, draw_faces

__all__ = ['LabelledFace', 'draw_faces']
