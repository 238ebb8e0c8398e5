"""The scores of the faces in a video over time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from matplotlib.figure import Figure

from mmfer.visualization.fonts import add_fallback_font
from mmfer.visualization.plots.curves import SERIES

MOST_FACES = 8
"""The number of faces that are drawn, those with most frames."""
MOST_LINES = 8
"""The number of classes or attributes that are drawn, those with the largest means."""


class FaceOverTime(Protocol):
    """A face with the times of its frames, in seconds, and a row of scores for each."""

    track: int
    times: list[float]
    scores: list[list[float]]


def plot_timeline(faces: Sequence[FaceOverTime], names: Sequence[str], out: str | Path) -> None:
    """Draw the scores of each face over time, one panel for a face.

    Args:
        faces: The faces; of more than eight, those with most frames are drawn.
        names: The classes or attributes, in the order of the scores.
        out: The image to write.

    Raises:
        ValueError: If there are no faces.
    """
    if not faces:
        raise ValueError('No face is in the video, so there is no timeline. Give another video.')
    chosen = sorted(faces, key=lambda face: (-len(face.times), face.track))[:MOST_FACES]
    chosen.sort(key=lambda face: face.track)
    means = np.mean([row for face in chosen for row in face.scores], axis=0)
    lines = sorted(np.argsort(-means, kind='stable')[:MOST_LINES].tolist())
    add_fallback_font(names)
    figure = Figure(figsize=(9, 1 + 1.7 * len(chosen)), layout='constrained')
    panels = figure.subplots(len(chosen), 1, sharex=True, squeeze=False)[:, 0]
    for panel, face in zip(panels, chosen, strict=True):
        scores = np.array(face.scores)
        mark = 'o' if len(face.times) == 1 else None
        for color, index in zip(SERIES, lines, strict=False):
            panel.plot(face.times, scores[:, index], color=color, marker=mark, label=names[index])
        panel.set_ylim(-0.02, 1.02)
        panel.set_ylabel(f'face {face.track}')
        panel.grid(alpha=0.3)
    panels[-1].set_xlabel('time in seconds')
    figure.legend(*panels[0].get_legend_handles_labels(), loc='outside right upper')
    if len(faces) > len(chosen):
        figure.suptitle(f'the {len(chosen)} of {len(faces)} faces with most frames', fontsize=10)
    figure.savefig(out, dpi=110)
