import csv
import io

import numpy as np

from mmfer.apis.predictions import FacePrediction, ImagePrediction
from mmfer.apis.result_table import results_table
from mmfer.faces import Face

BOX = np.array([1.0, 2.0, 30.0, 40.5])


def rows_of(*predictions: ImagePrediction) -> list[dict[str, str]]:
    table = results_table([prediction.to_dict() for prediction in predictions])
    return list(csv.DictReader(io.StringIO(table)))


def test_a_row_for_each_face_and_each_image_without_one() -> None:
    faces = tuple(
        FacePrediction(Face(BOX, 0.9), {'joy, or not': p, 'fear': 1 - p}) for p in (0.3, 0.6)
    )
    first, second, third = rows_of(
        ImagePrediction('a "b".jpg', '2 faces found.', faces),
        ImagePrediction('c.jpg', 'No face found.'),
    )
    assert (first['img_path'], first['face'], second['face']) == ('a "b".jpg', '1', '2')
    assert [first[name] for name in ('x1', 'y1', 'x2', 'y2')] == ['1.0', '2.0', '30.0', '40.5']
    assert (first['label'], first['confidence'], first['unsure']) == ('fear', '0.7', 'False')
    assert (second['joy, or not'], second['fear']) == ('0.6', '0.4')
    assert (third['img_path'], third['face'], third['fear']) == ('c.jpg', '', '')
    assert third['message'] == 'No face found.'


def test_attributes_have_their_own_columns() -> None:
    face = FacePrediction(Face(BOX), {'Smiling': 0.7, 'Bald': 0.1, 'Young': 0.5}, True)
    (row,) = rows_of(ImagePrediction('a.jpg', '', (face,)))
    assert row['present'] == 'Smiling Young' and row['score'] == ''
    assert (row['Smiling'], row['Bald']) == ('0.7', '0.1')
    assert 'label' not in row


def test_a_class_with_the_name_of_a_column_has_another_column() -> None:
    names = ('unsure', 'face', 'x1', 'score', 'message', 'score:unsure', 'calm')
    scores = dict(zip(names, (0.4, 0.2, 0.1, 0.05, 0.05, 0.1, 0.1), strict=True))
    (row,) = rows_of(ImagePrediction('a.jpg', '1 face.', (FacePrediction(Face(BOX, 0.9), scores),)))
    own = [row[name] for name in ('unsure', 'face', 'x1', 'score', 'message')]
    assert own == ['True', '1', '1.0', '0.9', '1 face.']
    assert [row[f'score:{name}'] for name in names[:-1]] == [str(scores[n]) for n in names[:-1]]
    assert row['calm'] == '0.1'
