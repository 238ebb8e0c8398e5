"""Rendered substitutes of SAMM Long Videos: what is written is read and spotted."""

import json
from pathlib import Path

import openpyxl
import pytest

from mmfer.datasets.readers.clip_release.videos import read_videos
from mmfer.labels.long_videos import SAMM_LONG
from mmfer.synthetic.expressions import motion_course
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts.presets import CLIP_PRESETS, VIDEO_PRESETS, Options
from tests.tools.rald import run_main

SHORT_REST = (0.5, 0.9)
"""Seconds of rest, so that the tests are fast."""


@pytest.fixture(scope='module')
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(motion_course, 'REST', SHORT_REST)
        folder = tmp_path_factory.mktemp('long') / 'samm_long'
        return generate('samm_long', folder, 'tiny', size=48, images=3, progress=False)


def test_the_reader_reads_what_is_rendered(root: Path) -> None:
    truth = json.loads((root / 'annotations' / 'truth.json').read_text())
    micro = {name: one for name, one in truth.items() if not one.get('macro')}
    assert 0 < len(micro) < len(truth)
    videos, faults = read_videos(root)
    assert faults == [] and len(videos) == 3
    spans = {video.name: list(video.intervals) for video in videos}
    expected: dict[str, list[tuple[int, int]]] = {}
    for name, one in sorted(micro.items()):
        video = f'SAMM_longvideos/{name.partition("/")[2].rpartition("_")[0]}'
        expected.setdefault(video, []).append((one['onset'], one['offset']))
    assert spans == expected
    assert list(spans) == [f'SAMM_longvideos/{v}' for v in ('006_1', '006_2', '007_1')]
    assert all((video.folder / f'{video.folder.name}_0001.jpg').is_file() for video in videos)


def test_eyes_blink_on_request_and_the_truth_says_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motion_course, 'REST', (0.1, 0.2))
    monkeypatch.setattr(motion_course, 'BLINK_GAP', (0.1, 0.2))
    options = dict(preset='tiny', size=48, images=3, progress=False)
    plain, blinking = (
        generate('samm_long', tmp_path / str(share), blinks=share, **options) for share in (0, 1)
    )
    truth = json.loads((blinking / 'annotations' / 'truth.json').read_text())
    blinks = truth['006/006_1_1']['blinks']
    assert len(blinks) >= 2 and all(b - a < 44 for a, b in blinks)
    closed = {number for a, b in blinks for number in range(a, b + 1)}
    folders = [root / 'SAMM_longvideos' / '006_1' for root in (plain, blinking)]
    assert len(list(folders[0].iterdir())) == len(list(folders[1].iterdir()))
    for path in folders[0].iterdir():
        same = path.read_bytes() == (folders[1] / path.name).read_bytes()
        assert same == (int(path.stem.rpartition('_')[2]) not in closed)


def test_hard_videos_are_disturbed_as_hard_clips_are() -> None:
    assert VIDEO_PRESETS['hard'].conditions == CLIP_PRESETS['hard'].conditions
    assert Options.build('hard', presets=VIDEO_PRESETS).images == 8


def test_the_coding_file_has_notes_and_macro_expressions(root: Path) -> None:
    (path,) = root.glob(SAMM_LONG.coding[0])
    assert path.name == 'SAMM_LongVideos_V3_Release.xlsx'
    rows = list(openpyxl.load_workbook(path)[SAMM_LONG.sheets[0]].iter_rows(values_only=True))
    head = list(SAMM_LONG.columns.values())
    start = next(i for i, row in enumerate(rows) if list(row) == head)
    kind, onset, offset = (head.index(name) for name in ('Type', 'Onset', 'Offset'))
    lengths: dict[str, list[int]] = {}
    for row in rows[start + 1 :]:
        lengths.setdefault(row[kind], []).append(row[offset] - row[onset])
    assert start > 0 and lengths.keys() == {'Micro - 1/2', 'Macro'}
    assert max(lengths['Micro - 1/2']) <= 100  # half a second at 200 frames/s
    assert min(lengths['Macro']) >= 120


def test_the_spotting_beats_random_intervals(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    out = root / 'spotted.json'
    run_main(monkeypatch, 'analysis_tools/interval_error.py', root, '--noise', 1, '--out', out)
    report = json.loads(out.read_text())
    coded = [tuple(one) for video in report['videos'].values() for one in video['true']]
    assert len(coded) == sum(len(video.intervals) for video in read_videos(root)[0])
    assert report['f1'] > 60 > 2 * report['f1_of_as_many'] > 0
    printed = capsys.readouterr().out
    assert 'as many as coded at random places' in printed
    # At 200 frames/s, an interval may have 105 frames; the default of 30 frames/s is 16.
    longest = max(b - a for video in report['videos'].values() for a, b in video['found'])
    assert 16 < longest <= 104
