"""Label names, label trees and word vectors, which data sets and models share."""

from mmfer.labels.names import RAFDB_CLASSES
from mmfer.labels.tree import LabelTree
from mmfer.labels.word_vectors import WordVectors

__all__ = ['RAFDB_CLASSES', 'LabelTree', 'WordVectors']
