import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mmfer.synthetic.render.camera import Camera, Pose, head_share, rotation

NOSE, CROWN = np.array([0, 0, 1.0]), np.array([0, 1.0, 0])


def test_rotation_has_the_signs_of_scene() -> None:
    assert (rotation(30, 0, 0) @ NOSE)[0] == pytest.approx(0.5), "to the image's right"
    assert (rotation(0, 30, 0) @ NOSE)[1] == pytest.approx(-0.5), 'bowed'
    assert (rotation(0, 0, 30) @ CROWN)[0] == pytest.approx(0.5), 'clockwise'


def test_rotation_applies_yaw_then_pitch_then_roll() -> None:
    expected = Rotation.from_euler('yxz', [20, 10, -5], degrees=True).as_matrix()
    np.testing.assert_allclose(rotation(20, 10, 5), expected, atol=1e-6)


def test_pose_keeps_the_center_of_the_head_at_the_origin() -> None:
    center = np.float32([0, 7, 0.5])
    pose = Pose.of(40, 10, 5, np.float32([0, 6, 0]), center)
    np.testing.assert_allclose(pose(center[None]), 0, atol=1e-6)


def test_shoulders_turn_less_than_the_head() -> None:
    pose = Pose.of(40, 0, 0, np.zeros(3, np.float32), np.zeros(3, np.float32))
    head, body = pose(np.array([[0, 0, 1.0]] * 2), np.float32([1, 0]))
    assert head[0] == pytest.approx(np.sin(np.radians(40)), abs=1e-6)
    assert body[0] == pytest.approx(np.sin(np.radians(12)), abs=1e-6)


def test_head_share_rises_along_the_neck() -> None:
    np.testing.assert_allclose(head_share(np.array([5.0, 6.025, 7.5])), [0, 0.5, 1], atol=1e-6)


def test_camera_shows_its_extent_at_the_origin() -> None:
    camera = Camera.of(100, 2.0)
    xy, depth = camera.project(np.array([[1.0, 1, 0], [-1, -1, 0], [0, 0, 0.5]]))
    np.testing.assert_allclose(xy, [[100, 0], [0, 100], [50, 50]], atol=1e-3)
    assert depth[2] < depth[0]


def test_unproject_undoes_project_at_pixel_centers() -> None:
    camera = Camera.of(64, 2.5)
    pixels = np.array([0, 65, 1000, 4095])
    points = camera.unproject(pixels, np.float32([3, 4, 5, 6]))
    xy, depth = camera.project(points)
    row, column = np.divmod(pixels, 64)
    np.testing.assert_allclose(xy, np.stack([column, row], 1) + 0.5, atol=1e-3)
    np.testing.assert_allclose(depth, [3, 4, 5, 6], rtol=1e-5)
