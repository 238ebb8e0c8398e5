"""Hooks."""

from mmfer.engine.hooks.eval_context_hook import EvalContextHook
from mmfer.engine.hooks.label_distribution_hook import LabelDistributionHook
from mmfer.engine.hooks.warm_start_hook import WarmStartHook

__all__ = ['EvalContextHook', 'LabelDistributionHook', 'WarmStartHook']
