"""Figures of a clip: its curve with the apex or intervals, and the ten regions (figure 6)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from mmfer.visualization.fonts import sans_serif

CURVE, MARK, TRUTH = '#2a6fbb', '#c8561b', '#2f8f5b'
REGION, POINT = (200, 86, 27), (60, 220, 90)
LONGEST = 1024
"""Approximate longer side of an enlarged frame, in pixels."""


def plot_apex_curve(
    numbers: Sequence[int],
    curve: np.ndarray,
    apex: int,
    title: str = '',
    truth: int | None = None,
) -> Figure:
    """Draw the curve of a clip with the spotted apex and, if given, the true apex.

    Args:
        numbers: The numbers of the frames.
        curve: The value of each frame, (len(numbers),).
        apex: The spotted frame, one of ``numbers``.
        title: Title of the figure, such as the name of the clip.
        truth: The true or annotated apex frame.
    """
    figure, axes = _curve(numbers, curve, title)
    axes.axvline(apex, c=MARK, lw=1.4, label=f'apex found: frame {apex}')
    axes.plot([apex], [curve[list(numbers).index(apex)]], 'o', c=MARK, ms=6)
    if truth is not None:
        axes.axvline(truth, c=TRUTH, lw=1.4, ls='--', label=f'true apex: frame {truth}')
    axes.legend(frameon=False, loc='best')
    return figure


def plot_intervals(
    numbers: Sequence[int],
    curve: np.ndarray,
    intervals: Sequence[tuple[int, int]],
    least: float,
    title: str = '',
) -> Figure:
    """Draw the curve of a video with the spotted intervals and the least strength of a peak.

    Args:
        numbers: The numbers of the frames.
        curve: The value of each frame, (len(numbers),).
        intervals: The first and the last frame of each interval.
        least: The least strength that counts.
        title: Title of the figure, such as the name of the video.
    """
    figure, axes = _curve(numbers, curve, title)
    axes.axhline(least, c=TRUTH, lw=1.2, ls='--', label=f'least strength: {least:g}')
    for i, (first, last) in enumerate(intervals):
        label = f'{len(intervals)} found' if i == 0 else None
        axes.axvspan(first, last, color=MARK, alpha=0.3, lw=0, label=label)
    axes.legend(frameon=False, loc='best')
    return figure


def _curve(numbers: Sequence[int], curve: np.ndarray, title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7, 3.4), layout='constrained', dpi=110)
    axes = figure.subplots()
    axes.plot(numbers, curve, c=CURVE, lw=1.6)
    axes.set(xlabel='frame', ylabel='strength', title=title)
    axes.grid(alpha=0.25, lw=0.6)
    axes.spines[['top', 'right']].set_visible(False)
    return figure, axes


def draw_apex_regions(
    frame: np.ndarray, regions: np.ndarray, landmarks: np.ndarray, caption: str = ''
) -> np.ndarray:
    """Enlarge a frame and draw its regions and landmarks.

    Args:
        frame: (H, W, 3) uint8 RGB, or (H, W) uint8.
        regions: (R, 4), x1, y1, x2, y2 in pixels; x2 and y2 are exclusive.
        landmarks: (N, 2) in pixels, with (0, 0) at the center of the first pixel.
        caption: Text below the frame.

    Returns:
        (H', W', 3) uint8 RGB.
    """
    scale = max(1, round(LONGEST / max(frame.shape[:2])))
    size = frame.shape[1] * scale, frame.shape[0] * scale
    photo = Image.fromarray(frame).convert('RGB').resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(photo)
    for x, y in (np.asarray(landmarks) + 0.5) * scale:
        draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=POINT, outline='black')
    for x1, y1, x2, y2 in np.asarray(regions).tolist():
        if x2 > x1 and y2 > y1:
            edges = x1 * scale, y1 * scale, x2 * scale - 1, y2 * scale - 1
            draw.rectangle(edges, outline=REGION, width=max(2, scale))
    if not caption:
        return np.array(photo)
    font = sans_serif(max(14, size[0] // 40), [caption])
    canvas = Image.new('RGB', (size[0], size[1] + 2 * font.size), 'white')
    canvas.paste(photo)
    place = font.size / 2, size[1] + font.size
    font.draw(ImageDraw.Draw(canvas), place, caption, 'black', middle=True)
    return np.array(canvas)
