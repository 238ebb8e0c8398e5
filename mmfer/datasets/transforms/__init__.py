"""Transforms."""

from mmfer.datasets.transforms.loading import LoadFace

__all__ = ['LoadFace']
