"""Predictions of an inferencer for an image and its faces."""

import numpy as np

from mmfer.apis.predictions import FacePrediction, ImagePrediction
from mmfer.faces import Face

BOX = np.array([1.004, 2, 3, 4])


def test_an_expression_has_one_label() -> None:
    face = FacePrediction(Face(BOX, score=0.9), {'anger': 0.25, 'happiness': 0.75})
    assert face.label == 'happiness'
    assert face.to_dict() == {
        'bbox': [1.0, 2.0, 3.0, 4.0],
        'score': 0.9,
        'quality': None,
        'landmarks': None,
        'label': 'happiness',
        'confidence': 0.75,
        'unsure': False,
        'scores': {'anger': 0.25, 'happiness': 0.75},
    }


def test_attributes_are_present_or_not() -> None:
    face = FacePrediction(Face(BOX), {'Smiling': 0.5, 'Young': 0.1}, of_attributes=True)
    entry = face.to_dict()
    assert entry['present'] == ['Smiling'] and entry['attributes'] == face.scores
    assert entry['score'] is None and 'label' not in entry


def test_landmarks_are_written_with_their_scores() -> None:
    points, scores = np.full((68, 2), 1.234), np.full(68, 0.5)
    face = Face(BOX, landmarks=points[:5], landmarks68=points, scores68=scores)
    entry = FacePrediction(face, {'anger': 1.0}).to_dict()
    assert entry['landmarks'] == [[1.23, 1.23]] * 5
    assert entry['landmarks68'] == [[1.23, 1.23]] * 68
    assert entry['landmark_scores'] == [0.5] * 68


def test_an_image_without_faces_has_a_message() -> None:
    entry = ImagePrediction('a.jpg', 'no face found').to_dict()
    assert entry == {
        'img_path': 'a.jpg',
        'message': 'no face found',
        'failed': False,
        'turned': 0,
        'faces': [],
    }
