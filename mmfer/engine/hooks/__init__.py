"""Hooks."""

from mmfer.engine.hooks.eval_context_hook import EvalContextHook
from mmfer.engine.hooks.label_distribution_hook import LabelDistributionHook

__all__ = ['EvalContextHook', 'LabelDistributionHook']
