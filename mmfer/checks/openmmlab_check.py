"""Import this before OpenMMLab's packages or OpenCV, to learn how to install what is missing."""

from mmfer.checks.openmmlab import require_openmmlab

require_openmmlab()
