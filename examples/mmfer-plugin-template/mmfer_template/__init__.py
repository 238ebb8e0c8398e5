"""Importing this package registers its components."""

from mmfer_template.losses import NormLoss
from mmfer_template.necks import MaxPooling
from mmfer_template.readers import NamedImages

__all__ = ['MaxPooling', 'NamedImages', 'NormLoss']
