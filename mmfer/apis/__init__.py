"""Use of trained models."""

from mmfer.apis.inferencer import FacePrediction, FERInferencer, ImagePrediction
from mmfer.apis.micro_expression import MicroExpression, MicroExpressionInferencer

__all__ = [
    'FERInferencer',
    'FacePrediction',
    'ImagePrediction',
    'MicroExpression',
    'MicroExpressionInferencer',
]
