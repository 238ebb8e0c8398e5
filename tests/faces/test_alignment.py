import numpy as np
import pytest

from mmfer.faces import (
    BoxAlignment,
    Face,
    FivePointAlignment,
    align_face,
    build_alignment,
    similarity_transform,
)
from mmfer.faces.alignment import warp


def umeyama(source, target):
    """The published solution, by a singular value decomposition."""
    p, q = source - source.mean(0), target - target.mean(0)
    u, s, vt = np.linalg.svd(q.T @ p)
    d = np.array([1, np.linalg.det(u) * np.linalg.det(vt)])
    rotation = u @ np.diag(d) @ vt
    scale = (s * d).sum() / (p**2).sum()
    return np.column_stack([scale * rotation, target.mean(0) - scale * rotation @ source.mean(0)])


def moved(points, matrix):
    return points @ matrix[:, :2].T + matrix[:, 2]


def test_known_similarity_is_recovered():
    points = np.random.default_rng(0).normal(size=(5, 2))
    angle, scale = np.deg2rad(37), 2.5
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.column_stack([scale * rotation, [3, -4]])
    np.testing.assert_allclose(similarity_transform(points, moved(points, matrix)), matrix)


@pytest.mark.parametrize('seed', range(5))
def test_least_squares_equal_umeyama(seed):
    source, target = np.random.default_rng(seed).normal(size=(2, 5, 2))
    if np.linalg.det(source[:2]) * np.linalg.det(target[:2]) < 0:
        target = target * (-1, 1)
    ours = similarity_transform(source, target)
    theirs = umeyama(source, target)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_points_without_extent_or_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match='All source points are at'):
        similarity_transform(np.ones((5, 2)), np.ones((5, 2)))
    with pytest.raises(ValueError, match=r'must be \(N, 2\)'):
        similarity_transform(np.ones((5, 2)), np.ones((4, 2)))


def test_five_points_land_on_the_template():
    alignment = FivePointAlignment(size=224, margin=0.1)
    tilted = moved(alignment.template, np.array([[0.3, 0.4, 100], [-0.4, 0.3, 50]]))
    matrix = alignment.matrix(Face(np.zeros(4), 1.0, tilted))
    np.testing.assert_allclose(moved(tilted, matrix), alignment.template)


def test_the_template_without_margin_is_arcface():
    np.testing.assert_allclose(FivePointAlignment(112).template[0], [38.2946, 51.6963])
    np.testing.assert_allclose(FivePointAlignment(224).template[4], [141.4598, 184.4082])
    inner = FivePointAlignment(112, margin=0.5).template
    np.testing.assert_allclose(inner, (FivePointAlignment(112).template - 56) / 2 + 56)


def test_box_square():
    face = Face(np.array([10, 20, 30, 100.0]))  # geometric mean of the sides: 40
    matrix = BoxAlignment(size=80, scale=2.0, shift=(0.25, -0.5)).matrix(face)
    corners = np.array([[20 + 10 - 40, 60 - 20 - 40], [20 + 10 + 40, 60 - 20 + 40]])
    np.testing.assert_allclose(moved(corners, matrix), [[0, 0], [80, 80]])


def test_a_warp_copies_exact_pixels():
    image = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    cut = warp(image, np.array([[1, 0, -7], [0, 1, -5.0]]), 16)
    np.testing.assert_array_equal(cut, image[5:21, 7:23])


@pytest.mark.parametrize('factor', [2, 4, 7])
def test_warp_averages_when_it_shrinks(factor):
    noise = np.random.default_rng(0).integers(0, 255, (16 * factor, 16 * factor, 3))
    image = noise.astype(np.uint8)
    shrunk = warp(image, np.array([[1 / factor, 0, 0], [0, 1 / factor, 0]]), 16)
    mean = image.reshape(16, factor, 16, factor, 3).mean((1, 3))
    np.testing.assert_allclose(shrunk, mean, atol=1.01)


def test_crop_beyond_the_border_repeats_the_edge():
    image = np.full((10, 10, 3), 7, np.uint8)
    crop = BoxAlignment(size=20, scale=4.0).crop(image, Face(np.array([0, 0, 10, 10.0])))
    assert crop.shape == (20, 20, 3)
    assert (crop == 7).all()


def test_align_face_is_the_five_point_crop():
    image = np.random.default_rng(0).integers(0, 255, (60, 60, 3), dtype=np.uint8)
    points = FivePointAlignment(40).template + 5
    crop = FivePointAlignment(64, 0.2).crop(image, Face(np.zeros(4), 1.0, points))
    np.testing.assert_array_equal(align_face(image, points, 64, margin=0.2), crop)


@pytest.mark.parametrize(
    'alignment', [BoxAlignment(96, 1.3, (0.1, 0.2)), FivePointAlignment(112, 0.3)]
)
def test_a_description_is_read_back(alignment):
    assert build_alignment(alignment.to_dict()) == alignment


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        ({'type': 'oval'}, "'oval'"),
        ({'size': 112}, 'type=None'),
        ({'type': 'box', 'margin': 1}, 'unknown options: margin'),
        ({'type': 'box', 'scale': 0}, 'scale=0'),
        ({'type': 'five_point', 'margin': -0.5}, 'margin=-0.5'),
        ({'type': 'box', 'size': 0}, 'size=0'),
        ({'type': 'box', 'size': 10**9}, 'size=1000000000. Give 1 to 2048 pixels'),
        ({'type': 'box', 'size': '80'}, "'80'.*Give a whole number for size"),
        ({'type': 'box', 'size': 80.5}, 'Give a whole number for size'),
        ({'type': 'box', 'scale': []}, 'numbers for the other options'),
        ({'type': 'box', 'scale': float('nan')}, 'scale=nan'),
        ({'type': 'box', 'scale': 10**400}, 'too large'),
        ({'type': 'box', 'shift': (0.0,)}, 'Give two finite numbers'),
        ({'type': 'box', 'shift': (0.0, float('inf'))}, 'Give two finite numbers'),
        ({'type': 'five_point', 'margin': float('inf')}, 'margin=inf'),
        ({'type': ['box']}, r"type=\['box'\]"),
    ],
)
def test_faulty_descriptions(config, message):
    with pytest.raises(ValueError, match=message):
        build_alignment(config)


def test_a_five_point_crop_needs_points():
    with pytest.raises(ValueError, match='has none'):
        FivePointAlignment().matrix(Face(np.array([0, 0, 10, 10.0])))


@pytest.mark.parametrize('alignment', [BoxAlignment(64, 1.2, (0.1, 0)), FivePointAlignment(64)])
def test_points_move_with_the_image(alignment):
    """The center of a blob, measured in the crop, is at its predicted point."""
    y, x = np.mgrid[:200, :220]
    blob = np.array([104.3, 91.6])
    image = 250 * np.exp(-((x - blob[0]) ** 2 + (y - blob[1]) ** 2) / (2 * 6.0**2))
    five = (
        moved(alignment.template, np.array([[1.9, 0.4, 40], [-0.4, 1.9, 50]]))
        if isinstance(alignment, FivePointAlignment)
        else None
    )
    face = Face(np.array([50.0, 40, 150, 160]), 1.0, five)
    crop = alignment.crop(np.repeat(image.astype(np.uint8)[..., None], 3, 2), face)[..., 0]
    y, x = np.mgrid[:64, :64]
    weights = crop / crop.sum(dtype=float)
    center = np.array([(x * weights).sum(), (y * weights).sum()])
    np.testing.assert_allclose(alignment.points(face, blob[None])[0], center, atol=0.05)
