"""tools/spot_intervals.py on a folder of frames and on a video file of a face that moves once."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmfer.evaluation.clips.spotting import interval_iou
from mmfer.faces import add_sensor_noise
from tests.apis.model_files import write_model
from tests.faces.photo_clips import photo_clip, write_frames
from tests.helpers import CLASSES, call_tool
from tests.tools.rald import run_main

REST, LENGTH = 30, 13


@pytest.fixture(scope='module')
def frames() -> list[np.ndarray]:
    moving = photo_clip(LENGTH, apex=6, pixels=4)
    shown = [*[moving[0]] * REST, *moving, *[moving[0]] * REST]
    return [add_sensor_noise(frame, 1, 0.0, [1, i]) for i, frame in enumerate(shown)]


@pytest.fixture(scope='module')
def folder(frames: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('frames') / 'video'
    write_frames(root, frames, 1)
    return root


def test_a_folder_of_frames(folder: Path, tmp_path: Path) -> None:
    """Real processes: the face is found, too."""
    said = call_tool('spot_intervals.py', folder, '--fps', 30, '--out-dir', tmp_path / 'out')
    found = json.loads((tmp_path / 'out' / 'video_intervals.json').read_text())
    (only,) = found['intervals']
    assert interval_iou(only, (REST + 1, REST + LENGTH)) > 0.6
    assert found['numbers'] == list(range(1, 2 * REST + LENGTH + 1)) and found['fps'] == 30
    assert f'| {only[0]} | {only[1]} | {(only[1] - only[0] + 1) / 30:.2f} |' in said.stdout
    assert '1 micro-expressions in 73 frames (2.4 s).' in said.stdout
    assert Image.open(tmp_path / 'out' / 'video_intervals.png').width > 600


def test_a_video_file_tells_its_frame_rate(
    frames: list[np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    path = tmp_path / 'face.avi'
    size = frames[0].shape[1], frames[0].shape[0]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), 25, size)
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    run_main(monkeypatch, 'spot_intervals.py', path, '--out-dir', tmp_path)
    found = json.loads((tmp_path / 'face_intervals.json').read_text())
    assert found['fps'] == 25 and len(found['intervals']) == 1
    assert found['clip'] == str(path)
    assert '(2.9 s)' in capsys.readouterr().out


def test_a_model_names_the_class_of_each_interval(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    model = write_model(tmp_path)
    run_main(
        monkeypatch, 'spot_intervals.py', folder, '--fps', '30', '--out-dir', tmp_path / 'out',
        '--model', *model,
    )  # fmt: skip
    report = json.loads((tmp_path / 'out' / 'video_intervals.json').read_text())
    (only,) = report['predictions']
    assert [[only['onset'], only['offset']]] == report['intervals']
    assert only['label'] in CLASSES
    shown = capsys.readouterr().out
    assert '| strength | apex | class | score |' in shown
    assert f'| {only["apex"]} | {only["label"]} |' in shown


def test_a_folder_for_the_results_that_is_a_file_is_told_before_the_search(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / 'taken'
    taken.touch()
    with pytest.raises(SystemExit, match='taken'):
        run_main(monkeypatch, 'spot_intervals.py', folder, '--fps', '30', '--out-dir', taken)


@pytest.mark.parametrize(
    ('options', 'said'),
    [
        ((), 'does not tell its frames per second. Give --fps'),
        (('--fps', '5'), '5 frames per second'),
        (('--fps', 'nan'), 'nan frames per second'),
        (('--fps', '30', '--strength', '0'), 'strength=0'),
    ],
)
def test_wrong_options_are_refused(
    options: tuple[str, ...],
    said: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SystemExit, match=said):
        run_main(monkeypatch, 'spot_intervals.py', folder, '--out-dir', tmp_path, *options)
