import numpy as np
import pytest

from mmfer.faces import REGION_NAMES, apex_regions
from tests.faces.photo_clips import photo_landmarks

SIZE = (340, 280)


def named(landmarks, size=SIZE):
    return dict(zip(REGION_NAMES, apex_regions(landmarks, size).tolist(), strict=True))


def test_ten_equal_squares_of_half_the_mouth():
    points = photo_landmarks()
    boxes = apex_regions(points, SIZE)
    half = np.hypot(*(points[54] - points[48])) / 2
    assert boxes.shape == (10, 4)
    np.testing.assert_array_equal(boxes[:, 2:] - boxes[:, :2], round(half))


def test_the_squares_are_at_the_places_in_the_paper():
    """Points at whole pixels and a mouth of 20 pixels: squares of 10 pixels."""
    points = np.zeros((68, 2))
    points[[48, 54]] = (90, 200), (110, 200)
    points[8], points[31], points[35] = (100, 240), (94, 180), (106, 180)
    points[36], points[45] = (70, 150), (130, 150)
    points[19], points[24] = (80, 130), (120, 130)
    found = named(points)
    # A square around pixel 90 cannot be even; rounded, it reaches from 86 to 95.
    assert found['mouth_left'] == [86, 196, 96, 206]
    assert found['mouth_right'] == [106, 196, 116, 206]
    assert found['chin'] == [96, 231, 106, 241]
    assert found['nose_left'] == [85, 186, 95, 196]
    assert found['nose_right'] == [107, 186, 117, 196]
    assert found['eye_left'] == [61, 146, 71, 156]
    assert found['eye_right'] == [131, 146, 141, 156]
    assert found['brow_left'] == [86, 126, 96, 136]
    assert found['brow_center'] == [96, 126, 106, 136]
    assert found['brow_right'] == [106, 126, 116, 136]


def test_regions_are_clipped_at_the_border():
    points = photo_landmarks()
    whole = named(points)
    chin = whole['chin']
    height = chin[3] - 7
    cut = named(points, (height, 280))
    assert cut['chin'] == [*chin[:3], height]
    assert cut['brow_center'] == whole['brow_center']
    gone = named(points, (chin[1] - 5, 280))['chin']
    assert gone[3] <= gone[1]


def test_wrong_shapes_are_refused():
    points = photo_landmarks()
    with pytest.raises(ValueError, match=r'\(5, 2\)'):
        apex_regions(points[:5], SIZE)
    with pytest.raises(ValueError, match='finite'):
        apex_regions(np.where(np.arange(68)[:, None] == 3, np.nan, points), SIZE)
    with pytest.raises(ValueError, match='48 and 54'):
        apex_regions(np.zeros((68, 2)), SIZE)
    with pytest.raises(ValueError, match='outside the image'):
        apex_regions(points + 1000, SIZE)
