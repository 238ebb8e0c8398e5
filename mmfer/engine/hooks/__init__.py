"""Hooks of the runner."""

from mmfer.engine.hooks.class_order_hook import ClassOrderHook
from mmfer.engine.hooks.random_state_hook import RandomStateHook

__all__ = ['ClassOrderHook', 'RandomStateHook']
