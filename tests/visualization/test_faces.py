import numpy as np
import pytest

from mmfer.visualization import LabelledFace, draw_faces
from mmfer.visualization.faces import BACKGROUND, COLORS, LONGEST, SHORTEST

SCORES = {'anger': 0.1, 'happiness': 0.6, 'sadness': 0.3}


def blank(height, width):
    return np.full((height, width, 3), 120, np.uint8)


def count(image, color):
    return int((image == color).all(-1).sum())


def test_the_best_classes_come_first():
    face = LabelledFace((0, 0, 1, 1), SCORES)
    assert [name for name, _ in face.best(2)] == ['happiness', 'sadness']


def test_the_box_is_at_its_position_and_charts_are_beside_the_image():
    drawn = draw_faces(blank(640, 640), [LabelledFace((100, 200, 300, 400), SCORES)])
    assert drawn.shape[0] == 640
    assert drawn.shape[1] > 640
    for x, y in ((100, 300), (300, 300), (200, 200), (200, 400)):
        assert tuple(drawn[y, x]) == COLORS[0]
    assert (drawn[300, 150] == 120).all()
    assert count(drawn[:, 640:], COLORS[0]) > 500


def test_bars_are_as_long_as_the_probabilities():
    drawn = draw_faces(blank(640, 640), [LabelledFace((100, 200, 300, 400), SCORES)])
    lengths = [n for n in (drawn[:, 640:] == COLORS[0]).all(-1).sum(1) if n]
    bars = sorted(set(lengths[-3 * 10 :]), reverse=True)
    full = 6 * 14
    for probability in SCORES.values():
        assert any(abs(length - probability * full) <= 2 for length in bars)


@pytest.mark.parametrize('shape', [(2, 2), (2, 900), (900, 2), (64, 48), (700, 900), (6000, 100)])
def test_any_size_stays_readable(shape):
    face = LabelledFace((0, 0, shape[1], shape[0]), SCORES)
    drawn = draw_faces(blank(*shape), [face])
    assert drawn.dtype == np.uint8
    assert max(drawn.shape[:2]) >= SHORTEST
    assert min(drawn.shape[:2]) >= 90
    assert drawn.shape[0] <= 2 * LONGEST
    assert count(drawn, COLORS[0]) > 500


@pytest.mark.parametrize('box', [(-50, -50, 40, 40), (600, 600, 800, 900), (900, 900, 990, 990)])
def test_boxes_beyond_the_border_are_drawn(box):
    drawn = draw_faces(blank(640, 640), [LabelledFace(box, SCORES)])
    assert count(drawn[:640, :640], COLORS[0]) > 100


def test_many_faces_have_a_chart_each():
    faces = [
        LabelledFace((x, y, x + 40, y + 50), SCORES) for x in range(0, 640, 80) for y in (0, 300)
    ]
    drawn = draw_faces(blank(400, 640), faces)
    assert drawn.shape[1] <= 1.5 * 640
    charts = drawn[400:] if drawn.shape[1] == 640 else drawn[:, 640:]
    used = [count(charts, color) for color in COLORS]
    assert used[0] == pytest.approx(max(used), rel=0.5)
    assert min(used) > 1000


def test_a_message_is_drawn_without_a_face():
    drawn = draw_faces(blank(640, 640), [], 'No face found.')
    assert drawn.shape[1] > 700
    assert (drawn[:, 640:] != BACKGROUND).any()
    assert (drawn[:, :640] == 120).all()


def test_attributes_are_only_in_the_chart():
    box = (100, 200, 300, 400)
    classes, attributes = (
        draw_faces(blank(640, 640), [LabelledFace(box, SCORES, of_attributes)])
        for of_attributes in (False, True)
    )
    assert count(attributes[:640, :640], COLORS[0]) < count(classes[:640, :640], COLORS[0])
    assert (attributes[:, 640:] == classes[:, 640:]).all()
