"""Label names, label trees and word vectors, which data sets and models share."""

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
