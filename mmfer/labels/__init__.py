"""Class names, label trees and word vectors, shared by data sets and models."""

from mmfer.labels.class_names import (
    AFFECTNET_CLASSES,
    CELEBA_ATTRIBUTES,
    FER2013_CLASSES,
    FERPLUS_CLASSES,
    IFER_CLASSES,
    RAFDB_CLASSES,
)
from mmfer.labels.tree import LabelTree
from mmfer.labels.word_vectors import WordVectors

__all__ = [
    'AFFECTNET_CLASSES',
    'CELEBA_ATTRIBUTES',
    'FER2013_CLASSES',
    'FERPLUS_CLASSES',
    'IFER_CLASSES',
    'RAFDB_CLASSES',
    'LabelTree',
    'WordVectors',
]
