"""The 68 landmarks of iBUG 300-W under mirroring."""

import numpy as np

LANDMARKS = 68
MIRRORED_68 = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)]
    + [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    + [*range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1)]
)
"""For each of the 68 points, the index of its counterpart in the mirror image."""
