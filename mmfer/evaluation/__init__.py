"""Metrics, and what they are computed from."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.evaluation.metrics import DumpPredictions, ExpressionMetric
from mmfer.evaluation.predictions import Predictions
from mmfer.evaluation.report import expression_report, format_report

__all__ = [
    'DumpPredictions',
    'ExpressionMetric',
    'Predictions',
    'expression_report',
    'format_report',
]
