"""Metrics for mmengine's evaluators."""

from mmfer.evaluation.metrics.attention_metric import AttentionMetric, attention_overlap
from mmfer.evaluation.metrics.attribute_metric import AttributeMetric
from mmfer.evaluation.metrics.dump_predictions import DumpPredictions
from mmfer.evaluation.metrics.expression_metric import ExpressionMetric
from mmfer.evaluation.metrics.landmark_metric import LandmarkMetric
from mmfer.evaluation.metrics.votes_metric import VotesMetric

__all__ = [
    'AttentionMetric',
    'AttributeMetric',
    'DumpPredictions',
    'ExpressionMetric',
    'LandmarkMetric',
    'VotesMetric',
    'attention_overlap',
]
