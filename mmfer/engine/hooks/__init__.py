"""Hooks of the runner."""

from mmfer.engine.hooks.channels_last_hook import ChannelsLastHook
from mmfer.engine.hooks.checkpoint_hook import CheckpointHook
from mmfer.engine.hooks.class_order_hook import ClassOrderHook
from mmfer.engine.hooks.draw_predictions_hook import DrawPredictionsHook
from mmfer.engine.hooks.random_state_hook import RandomStateHook

__all__ = [
    'ChannelsLastHook',
    'CheckpointHook',
    'ClassOrderHook',
    'DrawPredictionsHook',
    'RandomStateHook',
]
