"""Faces in videos: frames with their times, and a tracker that keeps faces apart."""

from mmfer.faces.video.frames import Frame, VideoSource, open_camera, open_video
from mmfer.faces.video.tracker import FaceTracker, TrackedFace

__all__ = ['FaceTracker', 'Frame', 'TrackedFace', 'VideoSource', 'open_camera', 'open_video']
