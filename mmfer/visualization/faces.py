"""Images annotated with detected faces and predicted expressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from mmfer.visualization.fonts import TextFont, sans_serif

SHORTEST, LONGEST = 640, 2048
"""Images are scaled so that the longer side lies between these two numbers of pixels."""
BACKGROUND, INK, FAINT = (250, 250, 250), (30, 30, 30), (222, 222, 222)
COLORS = [
    (31, 119, 180),
    (214, 39, 40),
    (44, 130, 44),
    (148, 80, 189),
    (190, 100, 0),
    (0, 130, 140),
]


@dataclass(frozen=True)
class LabelledFace:
    """A face to draw: its box x1, y1, x2, y2 in pixels, and the probabilities of the classes.

    Attributes, of which a face has many, are drawn only in the chart, not at the box. An unsure
    answer has a question mark.
    """

    bbox: Sequence[float]
    scores: Mapping[str, float]
    of_attributes: bool = False
    unsure: bool = False

    def best(self, count: int) -> list[tuple[str, float]]:
        return sorted(self.scores.items(), key=lambda item: -item[1])[:count]


def draw_faces(
    image: np.ndarray,
    faces: Sequence[LabelledFace],
    message: str = '',
    top: int = 5,
    note: str = '',
) -> np.ndarray:
    """Draw boxes and labels in an image, and a bar chart for each face outside the image.

    The charts have the numbers of the boxes. They are beside the image, or below it if they would
    be wider than the image, so they hide nothing and are legible for any image size and number of
    faces.

    Args:
        image: (H, W, 3) uint8 RGB.
        faces: The faces to draw, numbered in this order.
        message: Text in place of the charts if there is no face.
        top: Number of classes or attributes in a chart.
        note: Text below everything, such as a limit of the model.

    Returns:
        The annotated image, (H', W', 3) uint8 RGB.
    """
    height, width = image.shape[:2]
    scale = np.clip(max(height, width), SHORTEST, LONGEST) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    photo = Image.fromarray(image).resize(size, Image.Resampling.LANCZOS)
    text = max(14, round(max(size) / 55))
    names = {name for face in faces for name in face.scores}
    font = sans_serif(text, [message, note, *names])
    _draw_all(photo, faces, range(1, len(faces) + 1), scale, font)
    charts = _charts(faces, top, font) if faces else _note(message, font)
    beside, below = _columns(charts, size)
    if beside.width <= max(size[0], charts[0].width):
        canvas = Image.new('RGB', (size[0] + beside.width, max(size[1], beside.height)), BACKGROUND)
        canvas.paste(beside, (size[0], 0))
    else:
        canvas = Image.new('RGB', (max(size[0], below.width), size[1] + below.height), BACKGROUND)
        canvas.paste(below, (0, size[1]))
    canvas.paste(photo, (0, 0))
    if note:
        (strip,) = _note(note, font)
        upper = canvas
        size = max(upper.width, strip.width), upper.height + strip.height
        canvas = Image.new('RGB', size, BACKGROUND)
        canvas.paste(upper, (0, 0))
        canvas.paste(strip, (0, upper.height))
    return np.array(canvas)


def draw_boxes(
    image: np.ndarray, faces: Sequence[LabelledFace], numbers: Sequence[int]
) -> np.ndarray:
    """Draw boxes and labels in a frame of a video, without changing its size.

    Args:
        image: (H, W, 3) uint8 RGB.
        faces: The faces to draw.
        numbers: The number of each face, which also chooses its color.
    """
    photo = Image.fromarray(image)
    names = {name for face in faces for name in face.scores}
    font = sans_serif(max(11, round(max(photo.size) / 45)), names)
    _draw_all(photo, faces, numbers, 1.0, font)
    return np.array(photo)


def _draw_all(
    photo: Image.Image,
    faces: Sequence[LabelledFace],
    numbers: Sequence[int],
    scale: float,
    font: TextFont,
) -> None:
    draw = ImageDraw.Draw(photo)
    labels: list[tuple[float, float, float, float]] = []
    boxes = [tuple(float(v) * scale for v in face.bbox) for face in faces]
    for number, box in zip(numbers, boxes, strict=True):
        _draw_box(draw, box, number, photo.size, font.size)
    for number, box, face in zip(numbers, boxes, faces, strict=True):
        labels.append(_draw_label(draw, box, number, face, photo.size, font, labels))


def _color(number: int) -> tuple[int, int, int]:
    return COLORS[(number - 1) % len(COLORS)]


def _draw_box(
    draw: ImageDraw.ImageDraw, box: tuple[float, ...], number: int, size: tuple[int, int], text: int
) -> None:
    line = max(2, text // 6)
    # The sides of a box that extends beyond the image are drawn at the border.
    x1, y1 = max(box[0], 0), max(box[1], 0)
    x2, y2 = min(box[2], size[0] - 1), min(box[3], size[1] - 1)
    draw.rectangle((x1, y1, max(x1, x2), max(y1, y2)), outline=_color(number), width=line)


def _draw_label(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, ...],
    number: int,
    face: LabelledFace,
    size: tuple[int, int],
    font: TextFont,
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float, float, float]:
    """Write number, class and probability at the box, where no other label is."""
    texts = [str(number)]
    if not face.of_attributes:
        name, probability = face.best(1)[0]
        mark = '?' if face.unsure else ''
        texts.insert(0, f'{number} {name}{mark} {probability:.0%}')
    pad = font.size / 4
    tall = font.size + 2 * pad
    for label in texts:
        wide = font.getlength(label) + 2 * pad
        x = float(np.clip(box[0], 0, max(0, size[0] - wide)))
        for y in (box[1] - tall, box[3], box[1], box[3] - tall):
            y = float(np.clip(y, 0, max(0, size[1] - tall)))
            place = (x, y, x + wide, y + tall)
            if not any(_overlap(place, other) for other in taken):
                break
        else:
            continue
        break
    draw.rectangle(place, fill=_color(number))
    font.draw(draw, (place[0] + pad, place[1] + tall / 2), label, 'white', middle=True)
    return place


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _note(message: str, font: TextFont) -> list[Image.Image]:
    gap = font.size
    note = Image.new('RGB', (round(font.getlength(message)) + 2 * gap, 3 * gap), BACKGROUND)
    font.draw(ImageDraw.Draw(note), (gap, 1.5 * gap), message, INK, middle=True)
    return [note]


def _charts(faces: Sequence[LabelledFace], top: int, font: TextFont) -> list[Image.Image]:
    """For each face, a chart of the ``top`` classes; all charts have the same size."""
    gap = font.size
    names = [name for face in faces for name, _ in face.best(top)]
    widths = round(max(font.getlength(name) for name in names)), 6 * gap
    rows = 1 + max(len(face.best(top)) for face in faces)
    size = (sum(widths) + round(font.getlength(' 100%')) + 3 * gap, round(1.4 * gap * rows) + gap)
    charts = []
    for number, face in enumerate(faces, 1):
        charts.append(Image.new('RGB', size, BACKGROUND))
        draw = ImageDraw.Draw(charts[-1])
        _draw_card(draw, gap, gap // 2, number, face.best(top), widths, font)
    return charts


def _columns(
    charts: Sequence[Image.Image], size: tuple[int, int]
) -> tuple[Image.Image, Image.Image]:
    """The charts in columns of the image's height, and in rows of the image's width."""
    width, height = charts[0].size
    high = max(1, size[1] // height)
    wide = max(1, size[0] // width)
    count = len(charts)
    panels = []
    for columns, rows in (
        (-(-count // high), min(high, count)),
        (min(wide, count), -(-count // wide)),
    ):
        panel = Image.new('RGB', (columns * width, rows * height), BACKGROUND)
        for i, chart in enumerate(charts):
            column, row = divmod(i, rows)
            panel.paste(chart, (column * width, row * height))
        panels.append(panel)
    return panels[0], panels[1]


def _draw_card(
    draw: ImageDraw.ImageDraw,
    x: int,
    y: int,
    number: int,
    best: Sequence[tuple[str, float]],
    widths: tuple[int, int],
    font: TextFont,
) -> None:
    step = 1.4 * font.size
    font.draw(draw, (x, y + step / 2), f'face {number}', _color(number), middle=True)
    for row, (name, probability) in enumerate(best, 1):
        middle = y + step * (row + 0.5)
        left = x + widths[0] + font.size / 2
        top, bottom = middle - 0.35 * font.size, middle + 0.35 * font.size
        font.draw(draw, (x, middle), name, INK, middle=True)
        draw.rectangle((left, top, left + widths[1], bottom), fill=FAINT)
        if probability > 0:
            draw.rectangle((left, top, left + widths[1] * probability, bottom), fill=_color(number))
        right = left + widths[1] + font.size / 3
        font.draw(draw, (right, middle), f'{probability:.0%}', INK, middle=True)
