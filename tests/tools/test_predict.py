import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.commands import load_tool
from tests.apis.model_files import ASTRONAUT, FACE_CROP, REGIONS, write_model
from tests.checkpoint_server import serve
from tests.helpers import CLASSES, ROOT, call_tool, run_tool


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    config, checkpoint = write_model(tmp_path_factory.mktemp('model'))
    return '--config', config, '--checkpoint', checkpoint


def test_images_without_faces_and_broken_images_are_counted(model, tmp_path):
    for name in ('a/x.jpg', 'b/x.jpg'):
        (tmp_path / name).parent.mkdir()
        shutil.copy(ASTRONAUT, tmp_path / name)
    Image.fromarray(np.zeros((40, 2), np.uint8)).save(tmp_path / 'b/narrow.png')
    (tmp_path / 'b/broken.jpg').write_bytes(ASTRONAUT.read_bytes()[:3000])
    (tmp_path / 'b/notes.txt').write_text('no image')
    out = tmp_path / 'out'
    said = run_tool('predict.py', tmp_path / 'a', tmp_path / 'b', *model, '--out-dir', out)
    results = json.loads((out / 'results.json').read_text())['results']
    found = {r['img_path'][len(str(tmp_path)) + 1 :]: r for r in results}
    assert set(found) == {'a/x.jpg', 'b/x.jpg', 'b/narrow.png', 'b/broken.jpg'}
    assert found['a/x.jpg']['faces'] == found['b/x.jpg']['faces']
    assert found['b/narrow.png']['message'] == 'No face found.'
    assert 'broken.jpg' in found['b/broken.jpg']['message']
    written = {path.name for path in out.iterdir()}
    assert written == {'a_x.jpg', 'b_x.jpg', 'narrow.jpg', 'results.json', 'results.csv'}
    assert Image.open(out / 'a_x.jpg').width > 640
    assert '4 images, 2 faces; 1 without a face, 1 not read' in said.stdout
    assert 'In the given folders: 1 left out' in said.stdout
    assert '4/4' in said.stderr
    with (out / 'results.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert [row['face'] for row in rows] == ['1', '', '', '1']
    assert rows[0]['label'] == results[0]['faces'][0]['label'] and rows[1]['label'] == ''
    assert float(rows[0][CLASSES[0]]) == results[0]['faces'][0]['scores'][CLASSES[0]]


def test_without_detection(model, tmp_path):
    call_tool('predict.py', ASTRONAUT, *model, '--out-dir', tmp_path, '--no-detect')
    (result,) = json.loads((tmp_path / 'results.json').read_text())['results']
    assert result['faces'][0]['bbox'] == [0, 0, 256, 256]


def fails(*args):
    result = call_tool('predict.py', *args, check=False)
    assert result.returncode == 1
    assert 'Traceback' not in result.stderr
    return result.stderr


def test_an_error_gives_one_message(model, tmp_path):
    out = '--out-dir', tmp_path / 'out'
    assert 'No image at' in fails('nowhere/*.jpg', *model, *out)
    _, config, _, checkpoint = model
    missing = tmp_path / 'missing'
    assert 'No config at' in fails(ASTRONAUT, '--config', missing, '--checkpoint', checkpoint, *out)
    assert 'No checkpoint at' in fails(ASTRONAUT, '--config', config, '--checkpoint', missing, *out)


def test_answers_are_printed_and_a_missing_input_ends_nothing(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'broken.jpg').write_bytes(ASTRONAUT.read_bytes()[:3000])
    said = call_tool('predict.py', ASTRONAUT, 'gone.jpg', 'broken.jpg', *model).stdout
    assert re.search(rf'^{re.escape(str(ASTRONAUT))}: \w+ \(\d+ %', said, re.MULTILINE)
    assert 'Not read: No image at "gone.jpg"' in said and 'Not read: "broken.jpg"' in said
    assert '2 images, 1 face; 0 without a face, 2 not read or failed. --out-dir writes' in said
    assert [path.name for path in tmp_path.iterdir()] == ['broken.jpg']
    assert 'No image at "gone.jpg"' in fails('gone.jpg', '', *model)


def test_inputs_are_never_overwritten(model, tmp_path):
    shutil.copy(ASTRONAUT, tmp_path / 'x.jpg')
    before = (tmp_path / 'x.jpg').read_bytes()
    assert 'would overwrite' in fails(tmp_path / 'x.jpg', *model, '--out-dir', tmp_path)
    assert (tmp_path / 'x.jpg').read_bytes() == before


def test_landmarks_for_a_pipeline_that_needs_them(tmp_path):
    config, checkpoint = write_model(tmp_path, FACE_CROP + REGIONS)
    said = call_tool(
        'predict.py', ASTRONAUT, '--config', config, '--checkpoint', checkpoint,
        '--out-dir', tmp_path / 'out',
    )  # fmt: skip
    assert 'LandmarkMask, CropRegions of the test pipeline need landmarks' in said.stdout
    (result,) = json.loads((tmp_path / 'out' / 'results.json').read_text())['results']
    assert np.shape(result['faces'][0]['landmarks68']) == (68, 2)


def test_attributes(tmp_path):
    head = "model['head'] = dict(type='AttributeHead', num_classes=3, in_channels=64)\n"
    config, checkpoint = write_model(tmp_path, FACE_CROP + head)
    call_tool(
        'predict.py', ASTRONAUT, '--config', config, '--checkpoint', checkpoint,
        '--out-dir', tmp_path / 'out',
    )  # fmt: skip
    (result,) = json.loads((tmp_path / 'out' / 'results.json').read_text())['results']
    assert set(result['faces'][0]['attributes']) == set(CLASSES)
    assert Image.open(tmp_path / 'out' / 'astronaut.jpg').width > 640


def test_addresses_are_read_and_named(model, tmp_path):
    with serve({'/photos/x.jpg': ASTRONAUT.read_bytes()}) as (server, _):
        addresses = [f'{server}/photos/x.jpg', f'{server}/{"gone" * 90}.jpg']
        addresses.append(addresses[0])
        said = run_tool('predict.py', *addresses, *model, '--out-dir', tmp_path / 'out')
    assert '2 images, 1 face; 0 without a face, 1 not read or failed' in said.stdout
    first, second = json.loads((tmp_path / 'out' / 'results.json').read_text())['results']
    assert first['img_path'] == addresses[0] and len(first['faces']) == 1
    assert 'cannot be downloaded' in second['message'] and second['failed']
    assert (tmp_path / 'out' / 'x.jpg').is_file()


def journal_lines(out):
    path = out / 'results.jsonl'
    return path.read_bytes().count(b'\n') if path.is_file() else 0


def test_a_killed_run_in_the_folder_of_its_input_is_continued(model, tmp_path):
    letters = 'abcdefghijklmnopqrstuvwx'
    for name in letters:
        shutil.copy(ASTRONAUT, tmp_path / f'{name}.jpg')
    out = tmp_path / 'out'
    command = [sys.executable, ROOT / 'tools' / 'predict.py', tmp_path, *model, '--out-dir', out]
    run = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while journal_lines(out) < 3 and run.poll() is None:
        time.sleep(0.01)
    run.kill()
    run.wait()
    kept = journal_lines(out) - 1
    assert 2 <= kept < 24 and not (out / 'results.json').exists()
    said = run_tool('predict.py', tmp_path, *model, '--out-dir', out).stdout
    assert f'{kept} results of an unfinished run are kept.' in said
    assert 'annotated copies of earlier predictions' in said
    results = json.loads((out / 'results.json').read_text())['results']
    assert [Path(r['img_path']).name for r in results] == [f'{name}.jpg' for name in letters]
    assert all(r['faces'] == results[0]['faces'] for r in results)
    said = run_tool('predict.py', tmp_path, *model, '--out-dir', tmp_path / 'other').stdout
    assert '24 images, 24 faces' in said


def test_all_options_that_change_results_are_recorded(monkeypatch):
    tool = load_tool('predict.py')

    def recorded(*changed):
        monkeypatch.setattr(sys, 'argv', ['predict.py', 'a.jpg', *changed])
        return json.dumps(tool.options_of(tool.parse_args()))

    for changed in (
        ('--rotations', '90'),
        ('--rotations',),
        ('--config', 'a.py', '--cfg-options', 'a=1'),
        ('--config', 'a.py', '--cfg-options', 'a=2'),
        ('--min-face-size', '40'),
        ('--unsure-below', '0.4'),
        ('--no-detect',),
    ):
        assert recorded(*changed) not in (recorded(), recorded('--config', 'a.py'))


def test_paths_and_devices_that_cannot_be_used_are_one_message(model, tmp_path):
    (tmp_path / 'file').touch()
    here = '--out-dir', tmp_path / 'file'
    assert f'File exists: "{tmp_path / "file"}". Give another path' in fails(
        ASTRONAUT, *model, *here
    )
    out = '--out-dir', tmp_path / 'out'
    assert 'The device "gpu" cannot be used' in fails(ASTRONAUT, *model, *out, '--device', 'gpu')
    os.mkfifo(tmp_path / 'pipe.jpg')
    assert (
        'is a pipe'
        in call_tool('predict.py', tmp_path / 'pipe.jpg', *model, *out, check=False).stdout
    )


def test_inputs_that_are_no_paths_and_no_addresses_end_nothing(tmp_path, capsys):
    tool = load_tool('predict.py')
    images, missing = tool.find_inputs([str(ASTRONAUT), 'x' * 5000])
    assert (images, missing) == ([ASTRONAUT], 1)
    assert 'Not read: [Errno 36] File name too long' in capsys.readouterr().out
    assert tool.file_of('http://[bad/a.jpg') == Path('image')
