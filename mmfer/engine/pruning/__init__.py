"""Takes channels out of trained models."""

from mmfer.engine.pruning.channels import apply_channels, channel_record
from mmfer.engine.pruning.prune import prune_model
from mmfer.engine.pruning.report import LayerChange, PruningReport
from mmfer.engine.pruning.scores import mlp_norm

__all__ = [
    'LayerChange',
    'PruningReport',
    'apply_channels',
    'channel_record',
    'mlp_norm',
    'prune_model',
]
