import numpy as np
import pytest

from mmfer.apis import FERInferencer
from mmfer.apis.video import ScoreSmoother, read_frames
from mmfer.faces import MTCNN
from mmfer.faces.video import FaceTracker, Frame
from tests.apis.model_files import write_model
from tests.faces.video.clips import crossing, scene


@pytest.fixture(scope='module')
def inferencer(tmp_path_factory: pytest.TempPathFactory) -> FERInferencer:
    files = write_model(tmp_path_factory.mktemp('model'))
    return FERInferencer(*files, detector=MTCNN(min_face_size=40))


def frames_of(images: list[np.ndarray], rate: float = 25.0) -> list[Frame]:
    return [Frame(i, i / rate, image) for i, image in enumerate(images)]


def test_answers_are_those_of_the_crops_of_the_followed_faces(inferencer: FERInferencer) -> None:
    frames = frames_of([*crossing(5), scene()])
    found = list(read_frames(inferencer, frames, at_once=4))
    assert [one.frame.number for one in found] == list(range(6))
    tracker = FaceTracker(inferencer.detector)
    for one, frame in zip(found, frames, strict=True):
        tracked = tracker(frame.image, frame.time)
        assert list(one.faces) == [face.track for face in tracked]
        for follow in tracked:
            crop = inferencer.alignment.crop(frame.image, follow.face)
            (expected,) = inferencer.classify([crop])
            assert one.faces[follow.track].scores == pytest.approx(expected, abs=1e-5)
    assert set(found[0].faces) == {1, 2} and found[5].faces == {}


def test_smoothing_is_an_exponential_average_for_each_face() -> None:
    smoother = ScoreSmoother(0.5)
    scores = [{'a': 1.0, 'b': 0.0}, {'a': 0.0, 'b': 1.0}, {'a': 0.2, 'b': 0.8}]
    times = (0.0, 0.1, 0.6)
    a, last = None, None
    for time, one in zip(times, scores, strict=True):
        found = smoother(1, time, one)
        kept = 0 if last is None else np.exp(-(time - last) / 0.5)
        a = one['a'] if a is None else kept * a + (1 - kept) * one['a']
        assert found == pytest.approx({'a': a, 'b': 1 - a})
        assert smoother(2, time, scores[0]) == pytest.approx(scores[0])
        last = time
    unchanged = ScoreSmoother(0)
    assert [unchanged(1, t, s) for t, s in zip(times, scores, strict=True)] == scores
    for seconds in (-1, float('nan'), float('inf')):
        with pytest.raises(ValueError, match='give 0 or more seconds'):
            ScoreSmoother(seconds)


def test_a_model_without_a_framing_is_refused(tmp_path) -> None:
    inferencer = FERInferencer(*write_model(tmp_path, extra=''))
    with pytest.raises(ValueError, match='not known how to crop faces'):
        next(read_frames(inferencer, frames_of([scene()])))


def test_a_number_of_frames_that_answers_none_is_refused(inferencer: FERInferencer) -> None:
    with pytest.raises(ValueError, match='at_once=0: give a whole number of 1 or more'):
        next(read_frames(inferencer, [], at_once=0))
