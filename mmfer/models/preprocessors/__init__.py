"""Preparation of batches on the device of the model."""

from mmfer.models.preprocessors.augmenting_preprocessor import AugmentingPreprocessor

__all__ = ['AugmentingPreprocessor']
