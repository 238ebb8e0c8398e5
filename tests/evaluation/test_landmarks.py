import numpy as np
import pytest

from mmfer.evaluation.landmarks import (
    box_side,
    eye_distance,
    landmark_report,
    normalized_errors,
)


@pytest.fixture
def truth():
    points = np.random.default_rng(0).uniform(0, 100, (5, 68, 2))
    points[:, 36], points[:, 45] = (30, 40), (80, 40)
    return points


def test_errors_are_in_distances_of_the_outer_eye_corners(truth):
    predicted = truth + [3, 4]
    np.testing.assert_allclose(normalized_errors(predicted, truth), 0.1)


def test_the_report_equals_plain_loops(truth):
    rng = np.random.default_rng(1)
    predicted = truth + rng.normal(0, 3, truth.shape)
    predicted[2] += 20
    visible = rng.random((5, 68)) > 0.3
    scores = np.clip(visible * 0.3 + rng.random((5, 68)) * 0.7, 0, 1)
    report = landmark_report(predicted, scores, truth, visible)
    each = [
        [np.hypot(*(p - t)) / 50 for p, t in zip(*face, strict=True)]
        for face in zip(predicted, truth, strict=True)
    ]
    assert report['nme'] == pytest.approx(100 * np.mean(each))
    assert report['nme_visible'] == pytest.approx(100 * np.mean(np.array(each)[visible]))
    pixels = 50 * np.array(each)[visible]
    assert report['pixels_visible'] == pytest.approx(np.mean(pixels))
    boxes = [
        np.sqrt((max(x) - min(x)) * (max(y) - min(y))) for x, y in truth.transpose(0, 2, 1).tolist()
    ]
    by_box = [np.mean(face) * 50 / side for face, side in zip(each, boxes, strict=True)]
    assert report['nme_box'] == pytest.approx(100 * np.mean(by_box))
    failed = [np.mean(face) > 0.08 for face in each]
    assert 0 < sum(failed) < 5
    assert report['failure_rate'] == pytest.approx(100 * np.mean(failed))
    seen, hidden = scores[visible], scores[~visible]
    wins = (seen[:, None] > hidden).mean() + 0.5 * (seen[:, None] == hidden).mean()
    assert report['visibility_auc'] == pytest.approx(100 * wins)


def test_without_hidden_points_there_is_no_curve(truth):
    report = landmark_report(truth, np.ones((5, 68)), truth, np.ones((5, 68), bool))
    assert np.isnan(report['visibility_auc']) and report['nme'] == 0
    hidden = landmark_report(truth, np.ones((5, 68)), truth, np.zeros((5, 68), bool))
    assert np.isnan(hidden['nme_visible'])


def test_coinciding_eye_corners_are_refused(truth):
    truth[3, 45] = truth[3, 36]
    with pytest.raises(ValueError, match='Face 3: points 36 and 45'):
        normalized_errors(truth, truth)


def test_points_in_a_line_are_refused(truth):
    truth[2, :, 1] = 7
    with pytest.raises(ValueError, match='Face 2: the 68 points'):
        box_side(truth)


def test_the_eyes_shrink_more_than_the_box_as_a_head_turns():
    face = np.random.default_rng(0).uniform(0, 100, (1, 68, 2))
    face[:, 36], face[:, 45] = (0, 40), (100, 40)
    turned = face * [0.25, 1]
    assert eye_distance(turned) / eye_distance(face) == pytest.approx(0.25)
    assert box_side(turned) / box_side(face) == pytest.approx(0.5)
