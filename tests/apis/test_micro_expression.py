import json

import numpy as np
import pytest

from mmfer.apis import MicroExpressionInferencer
from mmfer.faces import Face
from tests.apis.model_files import write_model
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames
from tests.helpers import CLASSES


@pytest.fixture(scope='module')
def model_files(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='module')
def inferencer(model_files):
    return MicroExpressionInferencer(*model_files)


@pytest.fixture(scope='module')
def frames():
    return photo_clip(18, 7, pixels=3)


def test_apex_class_and_curve_of_a_folder(inferencer, frames, tmp_path):
    found = inferencer(write_frames(tmp_path / 'clip', frames, 30), onset=31, offset=46)
    assert abs(found.spotted.apex - 37) <= 1
    assert len(found.spotted.curve) == 16
    assert found.face.label in CLASSES
    assert sum(found.face.scores.values()) == pytest.approx(1)
    assert found.messages == ()
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain['label'] == found.face.label
    assert plain['curve'] == found.spotted.curve.tolist()


def test_the_class_is_read_from_the_apex_frame(inferencer, frames):
    found = inferencer(list(frames), landmarks=photo_landmarks())
    (alone,) = inferencer.reader.predict([frames[found.spotted.apex]])
    assert found.face.scores == pytest.approx(alone.faces[0].scores)


def test_grey_crops_are_classified(inferencer, frames):
    grey = [frame[..., 0] for frame in frames]
    found = inferencer(grey, landmarks=photo_landmarks(), detect=False)
    np.testing.assert_array_equal(found.face.face.bbox, [0, 0, 280, 340])


class Crowd:
    """Two faces, the wrong face first and with the higher score; or no face."""

    def __init__(self, faces):
        self.faces = faces

    def detect(self, image):
        return self.faces


def test_of_several_faces_the_face_at_the_landmarks_is_used(model_files, frames):
    boxes = np.array([[0.0, 0, 60, 70], [50, 60, 230, 290]])
    faces = [Face(box, score) for box, score in zip(boxes, (0.99, 0.8), strict=True)]
    inferencer = MicroExpressionInferencer(*model_files, detector=Crowd(faces))
    found = inferencer(frames, landmarks=photo_landmarks())
    np.testing.assert_array_equal(found.face.face.bbox, boxes[1])


def test_without_a_face_in_the_apex_frame_there_is_no_class(model_files, frames):
    inferencer = MicroExpressionInferencer(*model_files, detector=Crowd([]))
    found = inferencer(frames, landmarks=photo_landmarks())
    assert found.face is None
    assert found.to_dict()['label'] is None
    assert 'No face found in apex frame' in found.messages[-1]


def test_bad_clips_are_refused(inferencer, frames):
    with pytest.raises(ValueError, match=r'has 1 frame\(s\)'):
        inferencer(frames[:1])
    with pytest.raises(ValueError, match='no face in any frame'):
        inferencer([np.zeros((64, 64, 3), np.uint8)] * 4)


def test_the_person_can_be_chosen(model_files, frames):
    two = [np.concatenate([frame, frame], axis=1) for frame in frames[:6]]
    for face, left in (('left', True), ('right', False)):
        found = MicroExpressionInferencer(*model_files, face=face)(two)
        assert (found.spotted.landmarks[:, 0].mean() < frames[0].shape[1]) == left
    with pytest.raises(ValueError, match="face='tallest' is unknown"):
        MicroExpressionInferencer(*model_files, face='tallest')
