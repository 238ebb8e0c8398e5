import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine.registry import DefaultScope

from mmfer.apis import FERInferencer, MicroExpressionInferencer
from mmfer.apis.loading import build_model
from mmfer.datasets import CASME2
from mmfer.engine import load_config
from mmfer.faces import Face, IntervalOptions, add_sensor_noise, open_clip
from mmfer.registry import TRANSFORMS
from tests.apis.model_files import write_model
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames
from tests.helpers import CLASSES, ROOT

FIVE = tuple(CASME2.RELEASE.classes[5])


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


@pytest.fixture(scope='module')
def motion_model(tmp_path_factory):
    return random_ststnet(tmp_path_factory, 'ststnet_synthetic')


def random_ststnet(tmp_path_factory, name):
    """An STSTNet with random weights, and its pipeline as for rendered clips."""
    cfg = load_config(ROOT / 'configs' / 'ststnet' / f'{name}.py')
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('motion') / 'epoch_1.pth'
    meta = {'dataset_meta': {'classes': FIVE}}
    torch.save({'meta': meta, 'state_dict': build_model(cfg).state_dict()}, path)
    return cfg, path


@pytest.mark.parametrize('name', ['ststnet_synthetic', 'ststnet-sequence_synthetic'])
def test_a_model_of_motion_reads_the_frames_of_its_data(name, frames, tmp_path_factory, tmp_path):
    motion_model = random_ststnet(tmp_path_factory, name)
    inferencer = MicroExpressionInferencer(*motion_model)
    folder = write_frames(tmp_path / 'clip', frames)
    found = inferencer(folder, landmarks=photo_landmarks())
    assert set(found.face.scores) == set(FIVE) and found.messages == ()
    apex = found.spotted.apex
    sample = {
        'img_path': str(folder / f'img{apex}.jpg'),
        'onset_path': str(folder / f'img{found.spotted.onset}.jpg'),
        'onset_landmarks': photo_landmarks(),
        'landmark_scores': np.ones(68, np.float32),
    }
    if 'sequence' in name:
        steps = np.linspace(found.spotted.onset, apex, 5)[1:-1]
        sample['between_paths'] = [
            str(folder / f'img{int(np.ceil(step - 0.5))}.jpg') for step in steps
        ]
    clean = [dict(type='LoadClip', transforms=[dict(type='LoadExpressionImage')])]
    steps = [*clean, *motion_model[0].test_pipeline[1:]]
    with DefaultScope.overwrite_default_scope('mmfer'):
        ready = Compose([TRANSFORMS.build(step) for step in steps])(sample)
    with torch.no_grad():
        net = inferencer.reader.model
        expected = net(ready['inputs'][None].float()).softmax(1)[0]
    np.testing.assert_allclose(list(found.face.scores.values()), expected, atol=1e-4)


def test_the_motion_begins_where_the_face_does(motion_model, frames):
    inferencer = MicroExpressionInferencer(*motion_model)
    noise = np.random.default_rng(0).integers(0, 256, frames[0].shape, np.uint8)
    clip = open_clip([noise, *frames])
    found = inferencer(clip)
    assert abs(found.spotted.apex - 8) <= 1 and found.spotted.onset == 0
    assert found.messages == ('No face in frame 0: frame 1, the first with a face, is used.',)
    begun, naive = (
        inferencer._from_motion(clip, replace(found.spotted, first_face=number)).face
        for number in (1, 0)
    )
    assert found.face.scores == begun.scores
    assert naive is None or naive.scores != pytest.approx(begun.scores, abs=0.01)


def test_a_model_of_motion_refuses_photographs(motion_model, frames):
    with pytest.raises(ValueError, match='reads the motion between two frames of a clip'):
        next(FERInferencer(*motion_model).predict([frames[0]]))


def test_a_model_of_motion_names_a_lost_face(motion_model, frames):
    inferencer = MicroExpressionInferencer(*motion_model, method='ratio')
    clip = [frames[0]] * 2 + [255 - frames[0]] * 4 + [frames[0]]
    found = inferencer(clip, landmarks=photo_landmarks())
    assert found.spotted.apex == 3
    assert found.face is None and any('is lost in' in said for said in found.messages)


def test_the_micro_expressions_of_a_long_video_are_found_and_classified(inferencer, tmp_path):
    moving = photo_clip(13, apex=6, pixels=4)
    shown = [*[moving[0]] * 30, *moving, *[moving[0]] * 30]
    shown = [add_sensor_noise(frame, 1, 0.0, [1, i]) for i, frame in enumerate(shown)]
    folder = write_frames(tmp_path / 'video', shown, 1)
    spotted, (only,) = inferencer.spot(folder, IntervalOptions())
    assert spotted.intervals == ((only.spotted.onset, only.spotted.offset),)
    assert abs(only.spotted.apex - 37) <= 2
    assert only.face.label in CLASSES
    still, none = inferencer.spot(list(shown[:30]), IntervalOptions(), photo_landmarks())
    assert still.intervals == () and none == []


def test_an_interval_without_an_apex_does_not_cost_the_others(inferencer, monkeypatch):
    moving, still = photo_clip(13, apex=6, pixels=4), [photo_clip(3, 1)[0]] * 30
    shown = [*still, *moving, *still, *moving, *still]
    shown = [add_sensor_noise(frame, 1, 0.0, [1, i]) for i, frame in enumerate(shown)]
    spotter = inferencer.spotter

    def faceless(clip, landmarks, onset, offset):
        if onset < 40:
            raise ValueError('no face in any frame')
        return spotter(clip, landmarks, onset, offset)

    monkeypatch.setattr(inferencer, 'spotter', faceless)
    spotted, (first, second) = inferencer.spot(shown, IntervalOptions(), photo_landmarks())
    assert first is None and second.face.label in CLASSES
    (begin, end), _ = spotted.intervals
    assert spotted.messages == (f'Frames {begin} to {end} have no class: no face in any frame',)
