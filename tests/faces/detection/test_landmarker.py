import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mmfer.faces import MTCNN, FaceLandmarker, read_image
from mmfer.faces.detection.landmark_search import check_boxes, crop_matrix
from mmfer.faces.detection.landmarker import WEIGHTS
from mmfer.faces.landmark_order import MIRRORED_68
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts.layout import five_points

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'
# Measured by hand: pupils, nose, corners of the mouth.
POINTS = np.array([[103.3, 100.7], [146.3, 103.5], [124.5, 124.7], [105.6, 141.2], [144.1, 142]])


@pytest.fixture(scope='module')
def landmarker():
    return FaceLandmarker()


@pytest.fixture(scope='module')
def astronaut():
    image = read_image(ASTRONAUT)
    (face,) = MTCNN().detect(image)
    return image, face.bbox


@pytest.fixture(scope='module')
def rendered(tmp_path_factory):
    """Images with boxes, points and visibility, of people who are not in the training data."""
    root = tmp_path_factory.mktemp('landmarks')
    generate('celeba', root / 'faces', 'hard', seed=77, size=144, images=48, progress=False)
    faces = []
    for split in ('train', 'val', 'test'):
        content = json.loads((root / f'faces/annotations/{split}.json').read_text())
        names = {image['id']: image['file_name'] for image in content['images']}
        for face in content['annotations']:
            x, y, width, height = face['bbox']
            truth = np.reshape(face['keypoints'], (68, 3))
            image = read_image(root / 'faces' / names[face['image_id']])
            faces.append((image, (x, y, x + width, y + height), truth[:, :2], truth[:, 2] > 0))
    return faces


def test_error_and_visibility_on_unseen_people(landmarker, rendered):
    errors, scores, seen = [], [], []
    for image, box, truth, visible in rendered:
        (points,), (score,) = landmarker.detect(image, np.array([box]))
        unit = np.linalg.norm(truth[45] - truth[36])
        errors.append(np.linalg.norm(points - truth, axis=1).mean() / unit)
        scores.append(score)
        seen.append(visible)
    assert np.mean(errors) < 0.04
    assert np.median(errors) < 0.035
    assert roc_auc_score(np.ravel(seen), np.ravel(scores)) > 0.9


def test_points_of_a_photograph_are_near_measurements_by_hand(landmarker, astronaut):
    image, box = astronaut
    (points,), (scores,) = landmarker.detect(image, box[None])
    assert np.abs(five_points(points) - POINTS).max() < 7
    assert np.median(scores) > 0.8


def test_types_and_shapes(landmarker, astronaut):
    image, box = astronaut
    points, scores = landmarker.detect(image, np.stack([box] * 20))
    assert points.shape == (20, 68, 2) and scores.shape == (20, 68)
    assert points.dtype == scores.dtype == np.float32
    assert (scores >= 0).all() and (scores <= 1).all()
    np.testing.assert_allclose(points[19], points[0], atol=0.05)


def test_a_mirrored_image_gives_mirrored_points(astronaut):
    landmarker = FaceLandmarker(mirror=True)
    image, box = astronaut
    width = image.shape[1]
    (points,), (scores,) = landmarker.detect(image, box[None])
    turned = np.array([width - box[2], box[1], width - box[0], box[3]])
    (found,), (found_scores,) = landmarker.detect(image[:, ::-1].copy(), turned[None])
    found = found[MIRRORED_68]
    np.testing.assert_allclose(width - 1 - found[:, 0], points[:, 0], atol=0.05)
    np.testing.assert_allclose(found[:, 1], points[:, 1], atol=0.05)
    np.testing.assert_allclose(found_scores[MIRRORED_68], scores, atol=0.01)


@pytest.mark.parametrize('none', [np.zeros((0, 4)), np.zeros(0), []])
def test_no_face(landmarker, astronaut, none):
    points, scores = landmarker.detect(astronaut[0], none)
    assert points.shape == (0, 68, 2) and scores.shape == (0, 68)


def test_points_follow_the_image(landmarker, astronaut):
    """Twice the pixels, or a border, only move the points."""
    image, box = astronaut
    (points,), _ = landmarker.detect(image, box[None])
    twice = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    (large,), _ = landmarker.detect(twice, 2 * box[None])
    np.testing.assert_allclose(large, 2 * points + 0.5, atol=2)
    framed = cv2.copyMakeBorder(image, 30, 0, 50, 0, cv2.BORDER_REPLICATE)
    (moved,), _ = landmarker.detect(framed, box[None] + [50, 30, 50, 30])
    np.testing.assert_allclose(moved, points + [50, 30], atol=0.1)


@pytest.mark.parametrize(
    'box',
    [(-40, -30, 90, 100), (200, 200, 400, 450), (-900, 5, -800, 90), (9, 9, 9.5, 9.4)],
    ids=['corner', 'far corner', 'outside', 'tiny'],
)
def test_unusual_boxes_give_points(landmarker, astronaut, box):
    points, scores = landmarker.detect(astronaut[0], np.array([box]))
    assert np.isfinite(points).all() and np.isfinite(scores).all()
    low, high = np.reshape(box, (2, 2))
    reach = 0.6 * (high - low).max() + 1
    assert (np.abs(points - (low + high) / 2) < reach).all()


def test_a_grey_image_and_one_pixel(landmarker):
    points, _ = landmarker.detect(np.zeros((1, 1, 3), np.uint8), [[0, 0, 1, 1]])
    assert np.isfinite(points).all()
    with pytest.raises(ValueError, match='not an image'):
        landmarker.detect(np.zeros((20, 20), np.uint8), [[0, 0, 9, 9]])


@pytest.mark.parametrize(
    ('boxes', 'message'),
    [
        (np.zeros(4), r'\(4,\).*Give \(N, 4\)'),
        (np.zeros((2, 5)), r'\(2, 5\).*Give \(N, 4\)'),
        ([[0, 0, 9, 9], [5, 5, 5, 9]], r'boxes\[1\].*x1 < x2'),
        ([[0, np.nan, 9, 9]], r'boxes\[0\]'),
    ],
)
def test_faulty_boxes(boxes, message):
    with pytest.raises(ValueError, match=message):
        check_boxes(boxes)


def test_the_box_is_in_the_center_of_the_crop():
    matrix = crop_matrix(np.array([10.0, 20.0, 50.0, 100.0]))
    # The longer side, 80 px, and a tenth on each end make 96 px, which become 112.
    corners = np.array([[-18.0, 12.0], [78.0, 108.0]]) @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(corners, [[0, 0], [112, 112]], atol=1e-9)


def test_shipped_weights_are_small():
    assert WEIGHTS.stat().st_size < 5e6


def test_a_missing_weight_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match='convert_landmarker_weights'):
        FaceLandmarker(tmp_path / 'none.npz')


def test_other_weights_are_refused(tmp_path):
    path = tmp_path / 'other.npz'
    np.savez(path, a=np.zeros(3))
    with pytest.raises(ValueError, match='another network'):
        FaceLandmarker(path)
    with np.load(WEIGHTS) as file:
        correct = file['seen_there']
        arrays = {**file, 'seen_there': np.zeros((5, 64))}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r'seen_there is float64 of shape \(5, 64\)'):
        FaceLandmarker(path)
    arrays = {**arrays, 'seen_there': np.full_like(correct, np.nan)}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match='seen_there is float16 .*, not finite numbers'):
        FaceLandmarker(path)
    damaged = bytearray(WEIGHTS.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match=r'other\.npz" is not an \.npz file of arrays'):
        FaceLandmarker(path)
    path.write_bytes(b'PK nonsense')
    with pytest.raises(ValueError, match=r'not an \.npz'):
        FaceLandmarker(path)
