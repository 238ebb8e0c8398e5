"""Import this before OpenCV where PyTorch is not needed, to learn how to install what is missing."""

from mmfer.openmmlab import require_opencv

require_opencv()
