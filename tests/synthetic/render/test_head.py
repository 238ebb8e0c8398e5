from pathlib import Path

import numpy as np
import pytest

from mmfer.synthetic import Head, Person
from mmfer.synthetic.render.head import PACK


def test_the_pack_has_the_52_face_units_and_the_details(head: Head) -> None:
    assert len(head.face_units) == 52
    assert {'jawOpen', 'mouthSmileLeft', 'eyeBlinkRight', 'tongueOut'} <= set(head.face_units)
    assert {'nose/nose-hump-incr', 'eyes/l-eye-scale-incr'} <= set(head.details)
    assert PACK.stat().st_size < 2_000_000


def test_the_mesh_is_sound(head: Head) -> None:
    assert head.triangles.max() == len(head.vertices) - 1
    assert len(head.parts) == len(head.triangles)
    assert head.regions.min() == 0 and head.regions.max() == 1
    assert (np.ptp(head.triangles, axis=1) > 0).all()


def test_normals_point_out_of_the_head(head: Head) -> None:
    normals = head.normals(head.vertices)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    forehead = np.argmin(np.linalg.norm(head.vertices - [0, 7.8, 1.4], axis=1))
    assert normals[forehead, 2] > 0.8


def test_a_shape_is_the_base_plus_weighted_targets(head: Head) -> None:
    plain = head.shape(Person())
    half = head.shape(Person(details={'nose/nose-hump-incr': 0.5}))
    whole = head.shape(Person(details={'nose/nose-hump-incr': 1.0}))
    np.testing.assert_allclose(whole - plain, 2 * (half - plain), atol=1e-5)
    assert np.abs(whole - plain).max() > 0.01


def test_babies_have_smaller_eye_distances(head: Head) -> None:
    distances = [head.eye_distance(head.shape(Person(age=age))) for age in (0, 0.19, 0.5)]
    assert distances == sorted(distances)


def test_face_units_scale_with_the_distance_of_the_eyes(head: Head) -> None:
    moves = []
    for age in (0.0, 0.5):
        shape = head.shape(Person(age=age))
        move = np.abs(head.express(shape, {'mouthSmileLeft': 1.0}) - shape).max()
        moves.append(move / head.eye_distance(shape))
    assert moves[0] == pytest.approx(moves[1], rel=1e-3)


def test_smiling_lifts_the_corner_of_the_mouth_on_its_side(head: Head) -> None:
    shape = head.shape(Person())
    move = (head.express(shape, {'mouthSmileLeft': 1.0}) - shape)[head.landmarks]
    assert move[54, 1] > 0.05 > move[48, 1]


def test_opening_the_jaw_parts_the_lips(head: Head) -> None:
    shape = head.shape(Person())
    lips = head.express(shape, {'jawOpen': 1.0})[head.landmarks]
    assert lips[62, 1] - lips[66, 1] > 0.2


def test_expressing_does_not_change_the_neutral_face(head: Head) -> None:
    shape = head.shape(Person())
    before = shape.copy()
    head.express(shape, {'jawOpen': 1.0})
    np.testing.assert_array_equal(shape, before)


def test_unknown_names_are_refused(head: Head) -> None:
    with pytest.raises(ValueError, match='mouthSmirk'):
        head.express(head.vertices, {'mouthSmirk': 1.0})
    with pytest.raises(ValueError, match='nose/wart'):
        head.shape(Person(details={'nose/wart': 1.0}))


def test_a_missing_pack_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='build_head_pack'):
        Head(tmp_path / 'head.npz')
