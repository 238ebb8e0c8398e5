"""Models that find landmarks."""

from mmfer.models.landmarkers.landmark_regressor import LandmarkRegressor

__all__ = ['LandmarkRegressor']
