from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.datasets.transforms import AlignFace, LoadClip, RandomFaceAffine, RandomFaceFlip
from mmfer.faces.clips.registration import blurred
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames

READ = [dict(type='LoadExpressionImage')]
APEX = 8


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip in which the corners of the mouth rise by 2 pixels, and the head drifts."""
    frames = photo_clip(20, apex=APEX, pixels=2.0, drift=(7.0, -5.0))
    return write_frames(tmp_path_factory.mktemp('clip') / 'sub01' / 'EP01_01', frames)


def sample(folder: Path, frame: int = APEX) -> dict:
    moved = photo_landmarks() + np.array([7.0, -5.0], dtype=np.float32) * frame / 19
    return {
        'img_path': str(folder / f'img{frame + 1}.jpg'),
        'onset_path': str(folder / 'img1.jpg'),
        'landmarks': moved.astype(np.float32),
        'landmark_scores': np.ones(68, np.float32),
        'onset_landmarks': photo_landmarks(),
        'clip': 'sub01/EP01_01',
        'gt_label': 2,
    }


def near(points: np.ndarray, shape: tuple[int, ...], pixels: int) -> np.ndarray:
    """A mask (H, W) of the pixels near some points."""
    mask = np.zeros(shape, np.uint8)
    for x, y in points:
        cv2.circle(mask, (round(x), round(y)), pixels, 1, -1)
    return mask.astype(bool)


def test_only_the_corners_of_the_mouth_differ_in_a_registered_clip(folder: Path) -> None:
    ratios = {}
    for register in (True, False):
        found = LoadClip(READ, register=register)(sample(folder))
        assert found['img'].shape == (340, 280, 2) and found['img'].dtype == np.float32
        change = np.abs(np.diff(found['img'], axis=2))[..., 0]
        mouth = near(photo_landmarks()[[48, 54]], change.shape, 20)
        beside = near(photo_landmarks()[[48, 54]], change.shape, 50)
        face = near(photo_landmarks()[[30]], change.shape, 70) & ~beside
        ratios[register] = change[mouth].mean() / change[face].mean()
    assert ratios[True] > 3 and ratios[False] < 2


def test_the_first_channel_is_the_onset_and_its_landmarks_are_kept(folder: Path) -> None:
    found = LoadClip(READ)(sample(folder))
    onset = cv2.imread(str(folder / 'img1.jpg'), cv2.IMREAD_GRAYSCALE).astype(np.float32)
    np.testing.assert_allclose(found['img'][..., 0], blurred(onset), atol=1.5)
    np.testing.assert_array_equal(found['landmarks'], photo_landmarks())
    assert found['img_path'].endswith('img9.jpg') and found['gt_label'] == 2


def test_the_onset_against_itself_does_not_move(folder: Path) -> None:
    found = LoadClip(READ)(sample(folder, 0))
    np.testing.assert_allclose(found['img'][..., 0], found['img'][..., 1], atol=1e-2)


def test_geometric_transforms_move_both_frames_alike(folder: Path) -> None:
    twice = LoadClip(READ)(sample(folder, 0))
    for transform in (
        AlignFace(64),
        RandomFaceFlip(1.0),
        RandomFaceAffine(rotate=20, scale=(1.1, 1.1), shift=0.1),
    ):
        twice = transform(twice)
        assert twice['img'].shape == (64, 64, 2)
        np.testing.assert_allclose(twice['img'][..., 0], twice['img'][..., 1], atol=1e-2)


def test_a_sample_without_an_onset_frame_is_refused(folder: Path) -> None:
    alone = sample(folder)
    del alone['onset_path']
    with pytest.raises(ValueError, match=r'sub01/EP01_01" has no onset frame. Set onset=True'):
        LoadClip(READ)(alone)


def test_a_sample_without_landmarks_is_refused_only_for_the_registration(folder: Path) -> None:
    blind = sample(folder)
    for name in ('landmarks', 'landmark_scores', 'onset_landmarks'):
        del blind[name]
    with pytest.raises(ValueError, match='LoadClip'):
        LoadClip(READ)(blind)
    assert LoadClip(READ, register=False)(blind)['img'].shape == (340, 280, 2)


def test_frames_of_different_sizes_are_refused(folder: Path, tmp_path: Path) -> None:
    small = cv2.resize(cv2.imread(str(folder / 'img9.jpg')), (140, 170))
    cv2.imwrite(str(tmp_path / 'img9.jpg'), small)
    odd = {**sample(folder), 'img_path': str(tmp_path / 'img9.jpg')}
    with pytest.raises(ValueError, match=r'All frames of a clip must have one size'):
        LoadClip(READ)(odd)


def test_a_frame_without_the_face_is_refused(folder: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (340, 280, 3), np.uint8)
    cv2.imwrite(str(tmp_path / 'img9.png'), noise)
    odd = {**sample(folder), 'img_path': str(tmp_path / 'img9.png')}
    with pytest.raises(ValueError, match=r'img1.jpg" is lost in ".*img9.png'):
        LoadClip(READ)(odd)
