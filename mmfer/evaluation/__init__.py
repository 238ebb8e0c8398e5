"""Metrics, reports and evaluation protocols."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.evaluation.attribute_folds import attribute_fold_report, attribute_fold_tables
from mmfer.evaluation.attribute_report import attribute_report
from mmfer.evaluation.calibration import expected_calibration_error
from mmfer.evaluation.fold_report import fold_report, fold_tables, pool_predictions
from mmfer.evaluation.groups import group_report
from mmfer.evaluation.metrics import AttributeMetric, DumpPredictions, ExpressionMetric, VotesMetric
from mmfer.evaluation.paired_table import paired_table
from mmfer.evaluation.predictions import Predictions
from mmfer.evaluation.protocols import Fold, kfold, lodo, loso
from mmfer.evaluation.report import expression_report
from mmfer.evaluation.report_file import write_report
from mmfer.evaluation.report_text import format_attribute_report, format_report
from mmfer.evaluation.scatter import scatter_ratio
from mmfer.evaluation.seed_table import seed_table
from mmfer.evaluation.votes import votes_report

__all__ = [
    'AttributeMetric',
    'DumpPredictions',
    'ExpressionMetric',
    'Fold',
    'Predictions',
    'VotesMetric',
    'attribute_fold_report',
    'attribute_fold_tables',
    'attribute_report',
    'expected_calibration_error',
    'expression_report',
    'fold_report',
    'fold_tables',
    'format_attribute_report',
    'format_report',
    'group_report',
    'kfold',
    'lodo',
    'loso',
    'paired_table',
    'pool_predictions',
    'scatter_ratio',
    'seed_table',
    'votes_report',
    'write_report',
]
