"""Use of trained models.

Names are imported on first use, so that ``from mmfer.apis import FERInferencer`` takes little
longer than ``import torch``. Where PyTorch is not installed, ``FERInferencer`` predicts by exported
files, see :mod:`mmfer.apis.onnx_inferencer`.
"""

from typing import TYPE_CHECKING

from mmfer.checks import opencv_check  # noqa: F401  (before OpenCV)
from mmfer.checks.openmmlab import without_pytorch
from mmfer.lazy_names import lazy_names
from mmfer.shipped_models import list_models

if TYPE_CHECKING:
    from mmfer.apis.inferencer import FERInferencer
    from mmfer.apis.micro_expression import MicroExpression, MicroExpressionInferencer
    from mmfer.apis.onnx_inferencer import OnnxInferencer
    from mmfer.apis.predictions import FacePrediction, ImagePrediction

__all__ = [
    'FERInferencer',
    'FacePrediction',
    'ImagePrediction',
    'MicroExpression',
    'MicroExpressionInferencer',
    'OnnxInferencer',
    'list_models',
]
__getattr__ = lazy_names(
    __name__,
    {
        'FERInferencer': 'onnx_inferencer' if without_pytorch() else 'inferencer',
        'FacePrediction': 'predictions',
        'ImagePrediction': 'predictions',
        'MicroExpression': 'micro_expression',
        'MicroExpressionInferencer': 'micro_expression',
        'OnnxInferencer': 'onnx_inferencer',
    },
)
