from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.faces import MTCNN, FaceMesh, read_image
from mmfer.faces.detection.mesh_search import MESH_68
from mmfer.faces.landmark_order import MIRRORED_68
from mmfer.synthetic.layouts.layout import five_points

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'
# Measured by hand: pupils, nose, corners of the mouth.
POINTS = np.array([[103.3, 100.7], [146.3, 103.5], [124.5, 124.7], [105.6, 141.2], [144.1, 142]])


@pytest.fixture(scope='module')
def landmarker():
    return FaceMesh()


@pytest.fixture(scope='module')
def astronaut():
    image = read_image(ASTRONAUT)
    (face,) = MTCNN().detect(image)
    return image, face.bbox


def test_points_are_near_measurements_by_hand(landmarker, astronaut):
    image, box = astronaut
    (points,), (scores,) = landmarker.detect(image, box[None])
    errors = np.abs(five_points(points) - POINTS).max(axis=1)
    assert errors[:3].max() < 2
    assert errors[3:].max() < 7  # the mesh takes the corners of a broad smile further outside
    assert np.median(scores) > 0.9


def test_the_points_have_the_order_of_300_w(landmarker, astronaut):
    image, box = astronaut
    (points,), _ = landmarker.detect(image, box[None])
    x, y = points.T
    assert (np.diff(x[:17]) > -1).all()  # the jaw runs from left to right, lowest in the middle
    assert np.argmax(y) == 8
    assert (np.diff(x[17:27]) > 0).all() and (y[17:27] < y[36:48].min()).all()
    assert (np.diff(y[27:31]) > 0).all() and (np.diff(x[31:36]) > 0).all()
    for start in (36, 42):  # an eye: outer corner, upper lid, inner corner, lower lid
        assert x[start] == x[start : start + 6].min() and x[start + 3] == x[start : start + 6].max()
        assert y[start + 1 : start + 3].max() < y[start + 4 : start + 6].min()
    assert (np.diff(x[48:55]) > 0).all() and (np.diff(x[54:60]) < 0).all()
    assert (np.diff(x[60:65]) > 0).all() and (np.diff(x[64:68]) < 0).all()
    assert y[50:53].max() < y[61:64].min() <= y[65:68].max() < y[56:59].min()
    assert len(set(MESH_68)) == 68


@pytest.mark.parametrize('angle', [-40, -25, 40])
def test_a_tilted_face_is_read_upright(landmarker, astronaut, angle):
    image, box = astronaut
    (upright,), _ = landmarker.detect(image, box[None])
    center = (box[:2] + box[2:]) / 2
    matrix = cv2.getRotationMatrix2D(center.tolist(), angle, 1)
    turned = cv2.warpAffine(image, matrix, image.shape[1::-1])
    (points,), (scores,) = landmarker.detect(turned, box[None])
    expected = upright @ matrix[:, :2].T + matrix[:, 2]
    assert np.linalg.norm(points - expected, axis=1).mean() < 2
    assert np.median(scores) > 0.9


def test_a_mirrored_image_gives_mirrored_points(landmarker, astronaut):
    image, box = astronaut
    width = image.shape[1]
    (points,), (scores,) = landmarker.detect(image, box[None])
    x1, y1, x2, y2 = box
    mirrored_box = np.array([[width - x2, y1, width - x1, y2]])
    (mirrored,), (other,) = landmarker.detect(image[:, ::-1].copy(), mirrored_box)
    mirrored[:, 0] = width - 1 - mirrored[:, 0]
    assert np.linalg.norm(mirrored[MIRRORED_68] - points, axis=1).mean() < 2
    np.testing.assert_allclose(other[MIRRORED_68], scores, atol=0.15)


def test_a_box_without_a_face_has_low_scores(landmarker, astronaut):
    image, _ = astronaut
    _, scores = landmarker.detect(image, np.array([[0.0, 0, 60, 60], [190, 190, 250, 250]]))
    assert scores.max() < 0.5


def test_the_hidden_side_of_a_turned_head(landmarker, astronaut):
    """A mesh turned by 60 degrees hides its far jaw, not its nose."""
    from mmfer.faces.detection.mesh_search import _seen

    image, box = astronaut
    mesh, _ = landmarker.mesh(image, box[None])
    c, s = np.cos(np.pi / 3), np.sin(np.pi / 3)
    turn = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    seen, turned = _seen(mesh)[0], _seen((mesh - mesh.mean(axis=1)) @ turn.T)[0]
    assert seen.min() > 0.5
    far = slice(13, 17) if turned[0] > turned[16] else slice(0, 4)
    assert turned[far].max() < 0.3 and turned[27:31].min() > 0.7


def test_types_and_shapes(landmarker, astronaut):
    image, box = astronaut
    points, scores = landmarker.detect(image, np.stack([box] * 20))
    assert points.shape == (20, 68, 2) and scores.shape == (20, 68)
    assert points.dtype == scores.dtype == np.float32
    np.testing.assert_allclose(points[19], points[0], atol=0.05)
    assert landmarker.mesh(image, box[None])[0].shape == (1, 468, 3)
    empty = landmarker.detect(image, np.zeros((0, 4)))
    assert empty[0].shape == (0, 68, 2) and empty[1].shape == (0, 68)


def test_bad_input_is_refused(landmarker, astronaut):
    image, _ = astronaut
    with pytest.raises(ValueError, match=r'boxes\[0\]'):
        landmarker.detect(image, np.array([[5, 5, 5, 9]]))
    with pytest.raises(ValueError, match='not an image'):
        landmarker.detect(image[..., 0], np.array([[5, 5, 9, 9]]))
