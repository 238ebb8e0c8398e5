"""Channel pruning of trained models."""

from typing import TYPE_CHECKING

from mmfer.engine.pruning.channels import apply_channels, channel_record
from mmfer.engine.pruning.report import LayerChange, PruningReport
from mmfer.engine.pruning.scale_distribution import copy_scale_distribution
from mmfer.lazy_names import lazy_names

if TYPE_CHECKING:
    from mmfer.engine.pruning.prune import prune_model
    from mmfer.engine.pruning.scores import mlp_norm

__all__ = [
    'LayerChange',
    'PruningReport',
    'apply_channels',
    'channel_record',
    'copy_scale_distribution',
    'mlp_norm',
    'prune_model',
]
__getattr__ = lazy_names(__name__, {'mlp_norm': 'scores', 'prune_model': 'prune'})
