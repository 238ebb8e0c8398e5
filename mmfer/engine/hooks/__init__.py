"""Hooks of the runner."""

from mmfer.engine.hooks.class_order_hook import ClassOrderHook
from mmfer.engine.hooks.eval_context_hook import EvalContextHook
from mmfer.engine.hooks.label_distribution_hook import LabelDistributionHook
from mmfer.engine.hooks.random_state_hook import RandomStateHook
from mmfer.engine.hooks.warm_start_hook import WarmStartHook

__all__ = [
    'ClassOrderHook',
    'EvalContextHook',
    'LabelDistributionHook',
    'RandomStateHook',
    'WarmStartHook',
]
