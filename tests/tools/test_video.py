import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.apis.model_files import write_model
from tests.faces.video.clips import crossing, scene, write_video
from tests.helpers import run_tool
from tests.tools.rald import run_main


@pytest.fixture(scope='module')
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    config, checkpoint = write_model(tmp_path_factory.mktemp('model'))
    return '--config', config, '--checkpoint', checkpoint


def test_a_video_with_two_faces_and_the_shipped_model(tmp_path: Path) -> None:
    path = write_video(tmp_path / 'a.mp4', crossing(8))
    out = tmp_path / 'out'
    said = run_tool('video.py', path, '--out-dir', out, '--smooth', 0.2).stdout
    assert '8 frames, 2 faces.' in said
    with (out / 'faces.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert [(row['frame'], row['track']) for row in rows] == [
        (str(frame), track) for frame in range(8) for track in '12'
    ]
    assert {row['label'] for row in rows} == {'happiness'}
    assert {file.name for file in out.iterdir()} == {
        'faces.csv', 'annotated.mp4', 'timeline.png', 'video.json',
    }  # fmt: skip


def test_onnxruntime_gives_the_same_answers(tmp_path: Path, monkeypatch, capsys) -> None:
    path = write_video(tmp_path / 'a.avi', [scene((60, 20))])
    rows = []
    for backend in ('pytorch', 'onnxruntime'):
        out = tmp_path / backend
        arguments = ['--out-dir', out, '--no-video', '--backend', backend]
        run_main(monkeypatch, 'video.py', path, *arguments)
        with (out / 'faces.csv').open(newline='') as file:
            rows += csv.DictReader(file)
    assert capsys.readouterr().out.count('1 frame, 1 face. See') == 2
    first, second = rows
    assert first['label'] == second['label'] == 'happiness'
    assert float(first['happiness']) == pytest.approx(float(second['happiness']), abs=1e-4)


def test_every_second_frame_of_a_cut_video(model, tmp_path, monkeypatch, capsys) -> None:
    path = write_video(tmp_path / 'a.avi', crossing(12))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    arguments = ['--out-dir', tmp_path / 'out', '--every', 2, '--no-video', *model]
    run_main(monkeypatch, 'video.py', path, *arguments)
    assert 'declares 12 frames' in capsys.readouterr().out
    summary = json.loads((tmp_path / 'out' / 'video.json').read_text())
    assert 'declares 12 frames' in summary['messages'][0]
    with (tmp_path / 'out' / 'faces.csv').open(newline='') as file:
        assert {int(row['frame']) % 2 for row in csv.DictReader(file)} == {0}
    assert not (tmp_path / 'out' / 'annotated.mp4').exists()


def test_bad_sources_are_one_message(model, tmp_path, monkeypatch) -> None:
    path = write_video(tmp_path / 'annotated.mp4', crossing(2))
    before = path.read_bytes()
    shutil.copy(__file__, tmp_path / 'text.mp4')
    for source, message in (
        (tmp_path / 'text.mp4', 'cannot be opened as a video'),
        ('nowhere.mp4', 'No video at "nowhere.mp4"'),
        ('97', 'Camera 97 cannot be opened'),
        (path, 'would overwrite the input'),
    ):
        with pytest.raises(SystemExit, match=message):
            run_main(monkeypatch, 'video.py', source, '--out-dir', tmp_path, *model)
    assert path.read_bytes() == before
    for option in ('--every', '--seconds'):
        with pytest.raises(SystemExit, match=f'Error: {option[2:]}=0.*: give'):
            run_main(monkeypatch, 'video.py', path, '--out-dir', tmp_path / 'out', option, 0)
