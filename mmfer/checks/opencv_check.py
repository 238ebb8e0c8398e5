"""Import this before OpenCV where PyTorch is not needed: it says how to install what is missing."""

from mmfer.checks.openmmlab import require_opencv

require_opencv()
