"""Hooks of the runner."""

from mmfer.engine.hooks.channel_pruning_hook import ChannelPruningHook
from mmfer.engine.hooks.channels_last_hook import ChannelsLastHook
from mmfer.engine.hooks.checkpoint_hook import CheckpointHook
from mmfer.engine.hooks.class_order_hook import ClassOrderHook
from mmfer.engine.hooks.draw_predictions_hook import DrawPredictionsHook
from mmfer.engine.hooks.eval_context_hook import EvalContextHook
from mmfer.engine.hooks.face_framing_hook import FaceFramingHook
from mmfer.engine.hooks.finite_loss_hook import FiniteLossHook
from mmfer.engine.hooks.held_out_hook import HeldOutHook
from mmfer.engine.hooks.image_size_hook import ImageSizeHook
from mmfer.engine.hooks.label_distribution_hook import LabelDistributionHook
from mmfer.engine.hooks.leakage_hook import LeakageHook
from mmfer.engine.hooks.pruned_model_hook import PrunedModelHook
from mmfer.engine.hooks.random_state_hook import RandomStateHook
from mmfer.engine.hooks.stop_signal_hook import StopSignalHook
from mmfer.engine.hooks.teacher_hook import TeacherHook
from mmfer.engine.hooks.warm_start_hook import WarmStartHook
from mmfer.engine.hooks.weights_fit_hook import WeightsFitHook

__all__ = [
    'ChannelPruningHook',
    'ChannelsLastHook',
    'CheckpointHook',
    'ClassOrderHook',
    'DrawPredictionsHook',
    'EvalContextHook',
    'FaceFramingHook',
    'FiniteLossHook',
    'HeldOutHook',
    'ImageSizeHook',
    'LabelDistributionHook',
    'LeakageHook',
    'PrunedModelHook',
    'RandomStateHook',
    'StopSignalHook',
    'TeacherHook',
    'WarmStartHook',
    'WeightsFitHook',
]
