"""Use of trained models."""

from mmfer.apis.inferencer import FERInferencer
from mmfer.apis.micro_expression import MicroExpression, MicroExpressionInferencer
from mmfer.apis.predictions import FacePrediction, ImagePrediction
from mmfer.shipped_models import list_models

__all__ = [
    'FERInferencer',
    'FacePrediction',
    'ImagePrediction',
    'MicroExpression',
    'MicroExpressionInferencer',
    'list_models',
]
