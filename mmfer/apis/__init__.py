"""Trained models put to use."""

from mmfer.apis.inferencer import FacePrediction, FERInferencer, ImagePrediction

__all__ = ['FERInferencer', 'FacePrediction', 'ImagePrediction']
