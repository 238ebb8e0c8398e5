"""tools/analysis_tools/interval_error.py on a video whose face moves twice."""

import json
from pathlib import Path

import numpy as np
import pytest

from mmfer.faces import Face, ImageFaces, add_sensor_noise, write_sidecar
from mmfer.labels.micro_expressions import CASME_SQUARED
from tests.datasets.clip_files import WrittenClip, write_book
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames
from tests.tools.rald import run_main

VIDEO = 'rawpic/s15/15_0401girlcrashing'
REST, LENGTH = 24, 13


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A video at rest, with two equal movements of 13 frames."""
    clip = photo_clip(LENGTH, apex=6, pixels=3)
    still = [clip[0]] * REST
    rng = np.random.default_rng(0)
    frames = [add_sensor_noise(f, 1, 0.0, rng) for f in [*still, *clip, *still, *clip, *still]]
    write_frames(tmp_path / VIDEO, frames, 1)
    first = REST + 1, 2 * REST + LENGTH + 1
    write_book(
        tmp_path / 'CAS(ME)^2code_final.xlsx',
        CASME_SQUARED,
        [
            WrittenClip(1, f'anger1_{i}', 'negative', '', start, start + 6, start + LENGTH - 1)
            for i, start in enumerate(first, 1)
        ],
    )
    face = Face(np.array([40.0, 60, 230, 300]), 0.9, None, photo_landmarks(), np.ones(68))
    images = [
        ImageFaces(path.relative_to(tmp_path).as_posix(), 280, 340, (face,))
        for path in sorted((tmp_path / VIDEO).iterdir())
    ]
    (tmp_path / 'annotations').mkdir()
    write_sidecar(tmp_path / 'annotations' / 'faces.json', images)
    return tmp_path


def test_both_movements_are_found(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    out = root / 'spotted.json'
    run_main(monkeypatch, 'analysis_tools/interval_error.py', root, '--out', out)
    report = json.loads(out.read_text())
    video = report['videos'][VIDEO]
    assert video['true'] == [[25, 37], [62, 74]]
    assert len(video['right']) == len(video['found']) == 2
    assert report['f1'] == report['precision'] == report['recall'] == 100
    assert 0 < report['f1_of_chance'] < 30
    printed = capsys.readouterr().out
    assert '| spotted | 2 | 2 | 2 | 100.0 | 100.0 | 100.0 |' in printed
    assert 'one interval at a random place' in printed


def test_a_broken_frame_is_named_and_a_wrong_noise_at_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    broken = sorted((root / VIDEO).iterdir())[4]
    broken.write_bytes(b'')
    run_main(monkeypatch, 'analysis_tools/interval_error.py', root)
    printed = capsys.readouterr().out
    assert f'{VIDEO}: 1 frames cannot be read' in printed and '| spotted | 2 | 2 |' in printed
    for noise in ('-1', 'nan'):
        with pytest.raises(SystemExit, match=rf'noise={noise}.* must be 0 or more'):
            run_main(monkeypatch, 'analysis_tools/interval_error.py', root, '--noise', noise)
        assert 'Left out' not in capsys.readouterr().out
