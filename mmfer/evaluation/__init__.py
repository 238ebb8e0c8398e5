"""Figures of merit."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.evaluation.metrics import *  # noqa: F403
from mmfer.evaluation.scores import expression_scores

__all__ = ['expression_scores']
