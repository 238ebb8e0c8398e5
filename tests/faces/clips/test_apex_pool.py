import os
import signal
from dataclasses import dataclass

import pytest

from mmfer.faces.clips.apex_pool import ClipTask, SpotterOptions, spot_apexes
from mmfer.faces.clips.clip import Clip
from mmfer.worker_pool import WorkerKilledError
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames


@pytest.fixture(scope='module')
def tasks(tmp_path_factory):
    root = tmp_path_factory.mktemp('clips')
    good = write_frames(root / 'good', photo_clip(12, 5), 1)
    short = write_frames(root / 'short', photo_clip(12, 5)[:1], 1)
    points = photo_landmarks()
    return [
        ClipTask('good', good, landmarks=points),
        ClipTask('short', short, landmarks=points),
        ClipTask('missing', root / 'missing', landmarks=points),
        ClipTask('noisy', good, 1, 12, points, noise=(30.0, 0.1), seed=3),
    ]


def test_results_and_errors_are_in_order(tasks):
    good, short, missing, noisy = spot_apexes(tasks, SpotterOptions())
    assert good.apex in (5, 6, 7)
    assert 'has 1 frame(s)' in short
    assert 'No clip at' in missing
    assert noisy.curve.tolist() != good.curve.tolist()


def test_several_processes_give_equal_results(tasks):
    options = SpotterOptions('ratio', eps=3, use_offset=False)
    alone, together = (list(spot_apexes(tasks, options, jobs)) for jobs in (1, 2))
    assert [r if isinstance(r, str) else r.curve.tolist() for r in alone] == [
        r if isinstance(r, str) else r.curve.tolist() for r in together
    ]


@dataclass(frozen=True)
class Deadly(ClipTask):
    """A clip that kills the process that opens it, like a clip that fills the memory."""

    def clip(self) -> Clip:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def test_a_killed_process_ends_with_a_message(tasks):
    deadly = Deadly('deadly', tasks[0].path, landmarks=tasks[0].landmarks)
    with pytest.raises(WorkerKilledError, match='One of 2 worker processes was killed'):
        list(spot_apexes([*tasks, deadly], SpotterOptions(), 2))


def test_wrong_options(tasks):
    with pytest.raises(ValueError, match='at least 1'):
        next(spot_apexes(tasks, SpotterOptions(), 0))
    with pytest.raises(ValueError, match='unknown'):
        next(spot_apexes(tasks, SpotterOptions('best'), 2))
