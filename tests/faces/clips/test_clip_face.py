"""The face of a clip: the first frame that shows it, and frames that do not."""

import numpy as np
import pytest

from mmfer.faces.clips.clip import open_clip
from mmfer.faces.clips.clip_face import check_lost, clip_face, landmark_finder
from mmfer.faces.detection.mtcnn import MTCNN
from tests.faces.photo_clips import photo_clip, photo_landmarks


@pytest.fixture(scope='module')
def detector() -> MTCNN:
    return MTCNN()


def test_the_face_is_that_of_the_first_frame_that_shows_it(detector: MTCNN) -> None:
    shown = list(photo_clip(16, 7))
    black = np.zeros_like(shown[0])
    clip = open_clip([black, black, *shown[:8], black, *shown[8:]])
    find = landmark_finder(clip, photo_landmarks(), None, detector, 'best')
    face = clip_face(clip, 0, 18, find, detector)
    assert face.faced == face.shown == 2
    np.testing.assert_array_equal(face.points, photo_landmarks())
    assert face.unfit.all == [10]
    assert face.messages == ('No face in frames 0 to 1: frame 2, the first with a face, is used.',)
    assert face.presence(clip.frame(5), face.points)
    assert not face.presence(black, face.points)


def test_landmarks_of_frames_without_a_face_are_missing(detector: MTCNN) -> None:
    clip = open_clip(photo_clip(4, 2))
    points = np.stack([photo_landmarks()] * 4)
    points[1] = np.nan
    find = landmark_finder(clip, points, None, detector, 'best')
    assert find(1, clip.frame(1)) is None
    np.testing.assert_array_equal(find(2, clip.frame(2)), photo_landmarks())
    with pytest.raises(ValueError, match='no landmarks and no landmarker'):
        landmark_finder(clip, None, None, detector, 'best')


def test_a_clip_that_loses_the_face_is_refused() -> None:
    clip = open_clip(photo_clip(4, 2))
    check_lost(clip, 2, 4, 0)
    with pytest.raises(ValueError, match='3 of 4 frames do not show the face of frame 1'):
        check_lost(clip, 3, 4, 1)
