import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.apis.predictions import FacePrediction
from mmfer.apis.video import FramePrediction
from mmfer.apis.video_files import VideoFiles
from mmfer.faces import Face
from mmfer.faces.video import Frame

NAMES = ['anger', 'happiness']


def answer(number: int, faces: dict[int, float]) -> FramePrediction:
    """A frame of 64 x 49 with faces by number, and their scores of the first class."""
    image = np.full((49, 64, 3), 127, np.uint8)
    return FramePrediction(
        Frame(number, number / 10, image),
        {
            track: FacePrediction(
                Face(np.array([5.0, 6.0, 25.0, 36.0]), 0.9), {'anger': p, 'happiness': 1 - p}
            )
            for track, p in faces.items()
        },
    )


def test_all_files_hold_the_answers(tmp_path: Path) -> None:
    with VideoFiles(tmp_path, NAMES, False, rate=10) as files:
        for one in (answer(0, {1: 0.8}), answer(2, {1: 0.6, 2: 0.25}), answer(4, {})):
            files.add(one)
        # What is written so far survives a kill.
        assert (tmp_path / 'faces.csv').read_text().count('\n') == 4
        files.finish({'source': 'a.mp4'})
    with (tmp_path / 'faces.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert [(r['frame'], r['time'], r['track'], r['label'], r['anger']) for r in rows] == [
        ('0', '0.0', '1', 'anger', '0.8'),
        ('2', '0.2', '1', 'anger', '0.6'),
        ('2', '0.2', '2', 'happiness', '0.25'),
    ]
    assert [rows[0][name] for name in ('x1', 'y1', 'x2', 'y2')] == ['5.0', '6.0', '25.0', '36.0']
    summary = json.loads((tmp_path / 'video.json').read_text())
    assert (summary['source'], summary['frames']) == ('a.mp4', 3)
    assert summary['faces'] == [
        {'track': 1, 'first': 0.0, 'last': 0.2, 'frames': 2,
         'mean_scores': {'anger': 0.7, 'happiness': 0.3}, 'label': 'anger'},
        {'track': 2, 'first': 0.2, 'last': 0.2, 'frames': 1,
         'mean_scores': {'anger': 0.25, 'happiness': 0.75}, 'label': 'happiness'},
    ]  # fmt: skip
    assert cv2.imread(str(tmp_path / 'timeline.png')).shape[1] > 600
    video = cv2.VideoCapture(str(tmp_path / 'annotated.mp4'))
    drawn = [video.read()[1] for _ in range(3)]
    assert not video.read()[0] and drawn[0].shape == (48, 64, 3)
    changed = [np.abs(image.astype(int) - 127).max() for image in drawn]
    assert changed[0] > 60 and changed[1] > 60 and changed[2] < 20


def test_a_class_with_the_name_of_a_column_has_another_column(tmp_path: Path) -> None:
    scores = {'time': 0.8, 'track': 0.2}
    face = FacePrediction(Face(np.array([5.0, 6.0, 25.0, 36.0]), 0.9), scores)
    with VideoFiles(tmp_path, list(scores), False, rate=None) as files:
        files.add(FramePrediction(Frame(3, 0.3, np.zeros((49, 64, 3), np.uint8)), {7: face}))
        files.finish({})
    with (tmp_path / 'faces.csv').open(newline='') as file:
        (row,) = csv.DictReader(file)
    assert [row[n] for n in ('time', 'track', 'label')] == ['0.3', '7', 'time']
    assert [row[n] for n in ('score:time', 'score:track')] == ['0.8', '0.2']


def test_without_an_annotated_video_or_a_face(tmp_path: Path) -> None:
    with VideoFiles(tmp_path / 'new', NAMES, False, rate=None) as files:
        files.add(answer(0, {}))
        assert files.finish({})['faces'] == []
    assert {path.name for path in (tmp_path / 'new').iterdir()} == {'faces.csv', 'video.json'}


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    with pytest.raises(OSError):
        VideoFiles(tmp_path / 'file', NAMES, False, rate=None)


@pytest.mark.parametrize('rate', [65.432, 119.9412, 200.123, 1000.0])
def test_rates_that_mpeg_4_cannot_store_are_rounded(tmp_path: Path, rate: float) -> None:
    """Cameras with slow motion write such mean rates."""
    with VideoFiles(tmp_path, NAMES, False, rate=rate) as files:
        files.add(answer(0, {}))
        files.finish({})
    written = cv2.VideoCapture(str(tmp_path / 'annotated.mp4'))
    assert abs(written.get(cv2.CAP_PROP_FPS) - rate) < 0.1


def test_files_of_an_earlier_video_are_removed(tmp_path: Path) -> None:
    for faces, rate in (({1: 0.8}, 10), ({}, None)):
        with VideoFiles(tmp_path, NAMES, False, rate) as files:
            files.add(answer(0, faces))
            files.finish({})
        for name in ('timeline.png', 'annotated.mp4'):
            assert (tmp_path / name).is_file() == bool(faces)
