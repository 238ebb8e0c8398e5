"""Readers of data sets, each as its owners hand it out."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.datasets.base import ExpressionDataset
from mmfer.datasets.fgemotions import FGEmotions
from mmfer.datasets.transforms import *  # noqa: F403

__all__ = ['ExpressionDataset', 'FGEmotions']
