"""Results as a table: one row for each face, and one for each image without a face."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BOX = ('x1', 'y1', 'x2', 'y2')


def face_columns(scored: Sequence[str], of_attributes: bool) -> list[str]:
    """The columns of a face: its box, what was measured, its answer, and the score of each name."""
    answer = ('present',) if of_attributes else ('label', 'confidence', 'unsure')
    return [*BOX, 'score', 'quality', *answer, *scored]


def face_cells(face: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a face, from its entry in ``results.json``."""
    cells = dict(zip(BOX, face['bbox'], strict=True))
    cells |= {'score': face['score'], 'quality': face.get('quality')}  # of older results, None
    if 'attributes' in face:
        return cells | {'present': ' '.join(face['present'])} | face['attributes']
    answer = {name: face[name] for name in ('label', 'confidence', 'unsure')}
    return cells | answer | face['scores']


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
