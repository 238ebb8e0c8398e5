"""Use of trained models.

Names are imported on first use, so that ``from mmfer.apis import FERInferencer`` takes little
longer than ``import torch``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mmfer.shipped_models import list_models

if TYPE_CHECKING:
    from mmfer.apis.inferencer import FERInferencer
    from mmfer.apis.micro_expression import MicroExpression, MicroExpressionInferencer
    from mmfer.apis.predictions import FacePrediction, ImagePrediction

__all__ = [
    'FERInferencer',
    'FacePrediction',
    'ImagePrediction',
    'MicroExpression',
    'MicroExpressionInferencer',
    'list_models',
]
_HOMES = {
    'FERInferencer': 'inferencer',
    'FacePrediction': 'predictions',
    'ImagePrediction': 'predictions',
    'MicroExpression': 'micro_expression',
    'MicroExpressionInferencer': 'micro_expression',
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(f'{__name__}.{_HOMES[name]}'), name)
