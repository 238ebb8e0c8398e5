"""Results as a table: one row for each face, and one for each image without a face."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BOX = ('x1', 'y1', 'x2', 'y2')
ANSWER = ('label', 'confidence', 'unsure')
OWN = {
    *('img_path', 'message', 'frame', 'time', 'track', 'face', *BOX, 'score', 'quality'),
    *('present', *ANSWER),
}
"""The columns that no score has, in the table of images or in that of a video."""
PREFIX = 'score:'
"""The beginning of the column of a score whose name is that of another column."""


def face_columns(scored: Sequence[str], of_attributes: bool) -> list[str]:
    """The columns of a face: its box, what was measured, its answer, and the score of each name."""
    answer = ('present',) if of_attributes else ANSWER
    return [*BOX, 'score', 'quality', *answer, *map(_column, scored)]


def _column(name: str) -> str:
    """The column of the score of a class or attribute."""
    return PREFIX + name if name in OWN or name.startswith(PREFIX) else name


def face_cells(face: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a face, from its entry in ``results.json``."""
    cells = dict(zip(BOX, face['bbox'], strict=True))
    cells |= {'score': face['score'], 'quality': face.get('quality')}  # of older results, None
    if 'attributes' in face:
        cells['present'] = ' '.join(face['present'])
    else:
        cells |= {name: face[name] for name in ANSWER}
    scores = face['attributes'] if 'attributes' in face else face['scores']
    return cells | {_column(name): score for name, score in scores.items()}


def results_table(results: Iterable[Mapping[str, Any]]) -> str:
    """The entries of ``results.json`` as CSV, with the columns ``img_path``, ``face`` (from 1) and
    ``message`` besides those of :func:`face_columns`.
    """
    rows: list[dict[str, Any]] = []
    faces = [face for result in results for face in result['faces']]
    of_attributes = any('attributes' in face for face in faces)
    scored = list(
        dict.fromkeys(
            name for face in faces for name in face['attributes' if of_attributes else 'scores']
        )
    )
    for result in results:
        where = {'img_path': result['img_path'], 'message': result['message']}
        cells = [face_cells(face) | {'face': i} for i, face in enumerate(result['faces'], 1)]
        rows += [where | one for one in cells or [{}]]
    columns = ['img_path', 'face', *face_columns(scored, of_attributes), 'message']
    return table_text(columns, rows)


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with a header; missing cells are empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
