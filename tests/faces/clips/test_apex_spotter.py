import tracemalloc

import numpy as np
import pytest

from mmfer.faces import MTCNN, ApexSpotter, FaceLandmarker, apex_curve, apex_regions, open_clip
from mmfer.faces.clips.apex_curve import grey_frame
from mmfer.faces.clips.clip import Clip
from mmfer.faces.clips.clip_landmarks import CHECK_PERSON
from tests.faces.clips.test_clip import write_video
from tests.faces.other_person import another, covered, flashed
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames

POINTS = photo_landmarks()


@pytest.fixture(scope='module')
def frames():
    return photo_clip(24, 10)


@pytest.fixture(scope='module')
def folder(frames, tmp_path_factory):
    return write_frames(tmp_path_factory.mktemp('clips') / 'EP02_01f', frames, 46)


@pytest.mark.parametrize('options', [{}, {'eps': 3}, {'use_offset': False}])
def test_the_curve_equals_that_of_all_frames_in_memory(folder, options):
    found = ApexSpotter(**options)(folder, POINTS, onset=48, offset=66)
    frames = np.stack([grey_frame(frame) for frame in open_clip(folder).read()])
    expected = apex_curve(frames, POINTS, 2, 20, **options)[2:21]
    np.testing.assert_allclose(found.curve, expected)
    assert list(found.numbers) == list(range(48, 67))
    assert (found.onset, found.offset) == (48, 66)
    assert found.apex == 48 + expected.argmax()
    np.testing.assert_array_equal(found.regions, apex_regions(POINTS, (340, 280)))


def test_dark_frames_are_reported_and_harmless(frames):
    dark = frames.copy()
    dark[[4, 12]] = 0
    found = ApexSpotter('registered')(dark, POINTS)
    assert abs(found.apex - 10) <= 2
    assert found.messages == ('No face in 2 frames (4, 12): the previous frame is used instead.',)
    dark[1:14] = 0
    with pytest.raises(ValueError, match='13 of 24 frames do not show the face of frame 0'):
        ApexSpotter('registered')(dark, POINTS)


def test_landmarks_of_each_frame(frames):
    each = np.stack([POINTS + [i, 0] for i in range(24)])
    found = ApexSpotter(landmarks='per_frame')(frames, each)
    expected = apex_curve(np.stack([grey_frame(frame) for frame in frames]), each)
    np.testing.assert_allclose(found.curve, expected)
    np.testing.assert_allclose(found.landmarks, each[expected.argmax()])


@pytest.mark.parametrize('method', ['ratio', 'registered'])
def test_folder_arrays_and_video_give_the_same_apex(method, frames, folder, tmp_path):
    video = write_video(tmp_path / 'clip.avi', frames)
    spotter = ApexSpotter(method)
    assert [
        abs(spotter(clip, POINTS).apex - apex) <= 2
        for clip, apex in ((folder, 56), (list(frames), 10), (video, 10))
    ] == [True] * 3


class Endless(Clip):
    """A clip of any length, generated during reading, without its own frame numbers."""

    name = 'endless'

    def __init__(self, count):
        self.numbers = range(count)
        self.images = photo_clip(8, 4)

    def read(self, start=0, stop=None):
        for i in range(len(self.numbers))[start:stop]:
            yield self.images[i % 8].copy()


@pytest.mark.parametrize(
    'options', [{'landmarks': 'per_frame', 'eps': 3}, {'method': 'registered'}]
)
def test_memory_does_not_grow_with_the_clip(options):
    spotter = ApexSpotter(**options)
    peaks = []
    for count in (12, 12, 120):
        clip = Endless(count)
        tracemalloc.start()
        spotter(clip, POINTS)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    frame = 340 * 280 * 3
    assert peaks[2] - peaks[1] < frame / 2  # of 108 frames more


def test_missing_frames_are_reported(frames, tmp_path):
    folder = write_frames(tmp_path / 'clip', frames)
    (folder / 'img7.jpg').unlink()
    found = ApexSpotter()(folder, POINTS)
    assert found.messages == ('1 frames are missing and skipped: 7.',)
    assert len(found.curve) == 23
    assert 7 not in found.numbers


def test_frames_without_a_face_use_the_landmarks_of_their_neighbors(frames):
    each = np.stack([POINTS + [i, 0] for i in range(24)])
    lost = each.copy()
    lost[[0, 1, 8, 9]] = np.nan
    found = ApexSpotter(landmarks='per_frame')(frames, lost)
    each[[0, 1]], each[[8, 9]] = each[2], each[7]
    expected = apex_curve(np.stack([grey_frame(frame) for frame in frames]), each)
    np.testing.assert_allclose(found.curve, expected)
    assert found.messages[0] == 'No face in frames 0 to 1: frame 2, the first with a face, is used.'
    assert 'No face in 2 frames (8, 9)' in found.messages[1]


def test_a_clip_without_a_face_is_refused(frames):
    with pytest.raises(ValueError, match='no face in any frame from 0 to 23'):
        ApexSpotter()(frames, np.full((24, 68, 2), np.nan))


def test_a_clip_of_one_frame_is_refused(frames):
    with pytest.raises(ValueError, match=r'has 1 frame\(s\)'):
        ApexSpotter()(frames[:1], POINTS)


def test_wrong_onset_and_offset(folder):
    spotter = ApexSpotter()
    with pytest.raises(ValueError, match='onset, frame 60, is not before the offset, frame'):
        spotter(folder, POINTS, 60, 50)
    with pytest.raises(ValueError, match='the onset 45 is not among'):
        spotter(folder, POINTS, 45, 50)
    with pytest.raises(ValueError, match='the offset 70 is not among its 24 frames, numbers 46'):
        spotter(folder, POINTS, 50, 70)
    with pytest.raises(ValueError, match='no frame lies between'):
        spotter(folder, POINTS, 50, 51)


def test_wrong_options(folder):
    for options, message in (
        ({'method': 'best'}, 'ratio, registered'),
        ({'landmarks': 'offset'}, 'onset, per_frame'),
        ({'eps': 0}, 'eps=0'),
        ({'method': 'registered', 'landmarks': 'per_frame'}, 'Set landmarks to "onset"'),
    ):
        with pytest.raises(ValueError, match=message):
            ApexSpotter(**options)
    with pytest.raises(ValueError, match='no landmarker'):
        ApexSpotter()(folder)


@pytest.mark.parametrize('method', ['ratio', 'registered'])
def test_a_black_frame_is_never_the_apex(method, frames):
    dark = frames.copy()
    dark[13:15] = 0
    found = ApexSpotter(method)(dark, POINTS)
    assert abs(found.apex - 10) <= 2
    # With ``ratio``, only frames that would be the apex are looked at.
    assert any('No face in' in message and '14)' in message for message in found.messages)


@pytest.mark.parametrize('points', [POINTS, None], ids=['known', 'found'])
@pytest.mark.parametrize('method', ['ratio', 'registered'])
@pytest.mark.parametrize('count', [1, 3])
@pytest.mark.parametrize('kind', ['noise', 'black'])
def test_first_frames_without_a_face_are_no_onset(kind, count, method, points, frames):
    begun = frames.copy()
    rng = np.random.default_rng(0)
    begun[:count] = 0 if kind == 'black' else rng.integers(0, 256, begun[:count].shape)
    found = ApexSpotter(method, landmarker=FaceLandmarker())(begun, points)
    assert abs(found.apex - 10) <= 2 and found.first_face == count
    named = 'frame 0' if count == 1 else 'frames 0 to 2'
    assert found.messages == (
        f'No face in {named}: frame {count}, the first with a face, is used.',
    )


def test_a_first_frame_that_looks_like_the_face_stays_the_onset(frames):
    class Weak(MTCNN):
        """Sees a face from the sixth frame on, in the same frames."""

        seen = 0

        def presence(self, image, boxes):
            self.seen += 1
            return np.full(len(boxes), float(self.seen > 5))

    found = ApexSpotter('registered', detector=Weak())(frames, POINTS)
    assert found.messages == () and found.first_face == 0
    assert abs(found.apex - 10) <= 2


@pytest.mark.parametrize('method', ['ratio', 'registered'])
def test_a_clip_in_which_nothing_moves_is_told(method, frames):
    noise = np.random.default_rng(0).normal(0, 2, frames.shape)
    still = np.clip(frames[:1] + noise, 0, 255).astype(np.uint8)
    for clip in (still, np.repeat(frames[:1], 24, axis=0)):
        messages = ApexSpotter(method)(clip, POINTS).messages
        assert messages == ('Nothing moves between frames 0 and 23: the apex is a guess.',)
    noisy = np.clip(frames + noise, 0, 255).astype(np.uint8)
    assert ApexSpotter(method)(noisy, POINTS).messages == ()


def test_a_message_about_people_that_comes_while_a_face_is_followed():
    two = [np.concatenate([frame, frame], axis=1) for frame in photo_clip(6, 3)]
    two[2][:, :280] = 127
    spotter = ApexSpotter(landmarks='per_frame', landmarker=FaceLandmarker(), face='left')
    found = spotter(two)
    assert CHECK_PERSON in found.messages
    assert 'No face in 1 frames (2): the previous frame is used instead.' in found.messages


def test_an_offset_or_onset_without_a_face_is_no_reference():
    black = photo_clip(24, 10)
    black[21:] = 0
    found = ApexSpotter()(black, POINTS)
    assert abs(found.apex - 10) <= 1
    assert any('offset, frame 23: frames are compared with frame 20 i' in m for m in found.messages)
    black = photo_clip(24, 10)
    black[:2] = 0
    found = ApexSpotter(landmarker=FaceLandmarker())(black)
    assert abs(found.apex - 10) <= 1


@pytest.mark.parametrize('method', ['ratio', 'registered'])
@pytest.mark.parametrize('change', ['covered', 'flash', 'other'])
def test_a_disturbance_is_never_the_apex(method, change, frames):
    changed = frames.copy()
    for i in (17, 18):
        changed[i] = {
            'covered': covered(frames[i]),
            'flash': flashed(frames[i], 30),
            'other': another(frames[i]),
        }[change]
    found = ApexSpotter(method)(changed, POINTS)
    assert abs(found.apex - 10) <= 2
    (message,) = found.messages
    assert message == {
        'flash': 'The light jumps in 2 frames (17, 18): left out.',
    }.get(
        change,
        'The face is covered, or another person is shown, in 2 frames (17, 18): left out.',
    )
    if method == 'ratio':
        assert found.curve[17:19].tolist() == [found.curve[16]] * 2


def test_a_flash_in_the_first_and_the_last_frame_is_no_reference(frames):
    changed = frames.copy()
    changed[[0, 23]] = [flashed(frame, 40) for frame in frames[[0, 23]]]
    for method in ('ratio', 'registered'):
        found = ApexSpotter(method)(changed, POINTS)
        assert abs(found.apex - 10) <= 2
        assert 'The light jumps in 2 frames (0, 23): left out.' in found.messages
