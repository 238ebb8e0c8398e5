import cv2
import numpy as np
import pytest

from mmfer.datasets.transforms import MotionInput, RandomFaceFlip
from mmfer.datasets.transforms.motion import difference, flow, flow_and_strain

RNG = np.random.default_rng(0)


def texture(side: int = 80) -> np.ndarray:
    """A smooth grey texture (side, side) float32, 20 to 235."""
    rough = cv2.GaussianBlur(RNG.normal(size=(side, side)).astype(np.float32), (0, 0), 2)
    return 20 + 215 * (rough - rough.min()) / (rough.max() - rough.min())


def warped(frame: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The frame after each pixel has moved by about (u, v)."""
    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]].astype(np.float32)
    return cv2.remap(
        frame, x - u.astype(np.float32), y - v.astype(np.float32), cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def pair(onset: np.ndarray, frame: np.ndarray) -> dict:
    return {'img': np.stack([onset, frame], axis=-1), 'img_path': 'sub01/img9.jpg'}


def test_brightness_and_contrast_are_no_difference() -> None:
    frame = texture()
    assert np.abs(difference(frame, 0.7 * frame + 30)).max() < 1e-4


def test_the_difference_equals_the_formula() -> None:
    onset, frame = texture(), texture()
    expected = [(f - f.sum() / f.size) / np.sqrt(((f - f.mean()) ** 2).sum() / f.size)
                for f in (onset, frame)]  # fmt: skip
    np.testing.assert_allclose(
        difference(onset, frame)[..., 0], expected[1] - expected[0], atol=1e-4
    )


def test_the_flow_is_the_movement_in_pixels() -> None:
    onset = texture()
    found = flow(onset, warped(onset, np.full((80, 80), 1.5), np.full((80, 80), -0.8)))
    inside = found[12:-12, 12:-12]
    np.testing.assert_allclose(np.median(inside, axis=(0, 1)), [1.5, -0.8], atol=0.1)


def test_the_strain_equals_the_formula() -> None:
    onset = texture()
    y, x = np.mgrid[:80, :80]
    frame = warped(onset, 0.04 * (x - 40) + 0.02 * (y - 40), -0.03 * (y - 40))
    found = flow_and_strain(onset, frame)
    u, v = found[..., 0].astype(float), found[..., 1].astype(float)
    i = slice(1, -1)
    u_x, v_x = ((f[i, 2:] - f[i, :-2]) / 2 for f in (u, v))
    u_y, v_y = ((f[2:, i] - f[:-2, i]) / 2 for f in (u, v))
    tensor = np.stack([u_x, (u_y + v_x) / 2, (u_y + v_x) / 2, v_y])
    np.testing.assert_allclose(found[i, i, 2], np.linalg.norm(tensor, axis=0), atol=1e-5)
    # The strain of the true field: e_xx = 0.04, e_yy = -0.03, e_xy = 0.01.
    true = np.sqrt(0.04**2 + 0.03**2 + 2 * 0.01**2)
    assert np.median(found[15:-15, 15:-15, 2]) == pytest.approx(true, abs=0.01)


@pytest.mark.parametrize(('mode', 'channels'), [('difference', 1), ('flow', 2), ('flow+strain', 3)])
@pytest.mark.parametrize(('size', 'side'), [(28, 28), (None, 80)])
def test_the_input_has_one_shape_for_each_mode(
    mode: str, channels: int, size: int | None, side: int
) -> None:
    found = MotionInput(mode, size)(pair(texture(), texture()))
    assert found['img'].shape == (side, side, channels) and found['img'].dtype == np.float32
    assert found['img_shape'] == (side, side) and found['img'].flags['C_CONTIGUOUS']


def test_a_smaller_input_is_the_average() -> None:
    onset, frame = texture(), texture()
    found = MotionInput('difference', 20)(pair(onset, frame))['img'][..., 0]
    cells = difference(onset, frame)[..., 0].reshape(20, 4, 20, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(found, cells, atol=1e-4)


def test_a_flip_of_the_frames_mirrors_the_flow_and_changes_its_sign() -> None:
    onset = texture()
    frames = pair(onset, warped(onset, np.full((80, 80), 2.0), np.zeros((80, 80))))
    plain = MotionInput('flow', None)(frames)['img'][15:-15, 15:-15]
    flipped = MotionInput('flow', None)(RandomFaceFlip(1.0)(frames))['img'][15:-15, 15:-15]
    assert np.median(plain[..., 0]) == pytest.approx(2, abs=0.1)
    assert np.median(flipped[..., 0]) == pytest.approx(-2, abs=0.1)


def test_a_flip_of_the_motion_is_refused() -> None:
    motion = MotionInput('flow')(pair(texture(), texture()))
    with pytest.raises(ValueError, match='Put RandomFaceFlip before MotionInput'):
        RandomFaceFlip(1.0)(motion)
    with pytest.raises(ValueError, match='Remove one MotionInput'):
        MotionInput('flow')(motion)


def test_wrong_options_and_single_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="mode='flows' must be one of: difference, flow, flow"):
        MotionInput('flows')
    with pytest.raises(ValueError, match='size=0 must be a whole number'):
        MotionInput(size=0)
    with pytest.raises(ValueError, match=r'img9.jpg" has the shape \(9, 9, 3\), not \(H, W, 2\)'):
        MotionInput()({'img': np.zeros((9, 9, 3), np.uint8), 'img_path': 'sub01/img9.jpg'})


def test_a_sequence_has_the_difference_of_each_frame() -> None:
    frames = [texture() for _ in range(6)]
    sample = {'img': np.stack(frames, axis=-1), 'img_path': 'sub01/img9.jpg'}
    found = MotionInput('sequence', size=None)(dict(sample))['img']
    expected = [difference(frames[0], frame) for frame in frames[1:]]
    np.testing.assert_array_equal(found, np.concatenate(expected, axis=-1).astype(np.float32))
    small = MotionInput('sequence', size=20)(dict(sample))['img']
    blocks = found.reshape(20, 4, 20, 4, 5).mean(axis=(1, 3))
    np.testing.assert_allclose(small, blocks, atol=1e-5)
    with pytest.raises(ValueError, match="more frames than two need mode='sequence'"):
        MotionInput('difference')(dict(sample))


@pytest.mark.parametrize('size', ['28', 28.0, 0])
def test_a_size_that_is_no_number_of_pixels_is_refused(size: object) -> None:
    with pytest.raises(ValueError, match='must be a whole number of pixels'):
        MotionInput(size=size)


@pytest.mark.parametrize('mode', ['flow', 'flow+strain'])
def test_frames_too_small_for_the_flow_are_refused(mode: str) -> None:
    small = pair(texture(11), texture(11))
    with pytest.raises(ValueError, match=r'have 11 x 11 pixels, too few .* Give 12 or more'):
        MotionInput(mode)(small)
    assert MotionInput(mode)(pair(texture(12), texture(12)))['img'].shape[:2] == (28, 28)
    assert MotionInput('difference')(small)['img'].shape == (28, 28, 1)
