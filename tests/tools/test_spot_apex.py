import json

import pytest
from PIL import Image

from tests.helpers import call_tool, run_tool
from tests.tools.casme2_clips import APEXES, FIRST, write_dataset


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp('casme2'))


def test_the_apex_of_a_clip_with_a_sidecar_is_found(root, tmp_path):
    clip = root / 'CASME2_RAW_selected' / 'sub01' / 'EP01_01'
    said = call_tool(
        'spot_apex.py', clip, '--onset', 6, '--offset', 21, '--out-dir', tmp_path / 'out',
        '--sidecar', root / 'annotations' / 'faces.json',
    )  # fmt: skip
    found = json.loads((tmp_path / 'out' / 'EP01_01_apex.json').read_text())
    assert abs(found['apex'] - FIRST - APEXES[0]) <= 2
    assert f'apex: frame {found["apex"]}, of 6 to 21 (' in said.stdout
    assert found['numbers'] == list(range(6, 22))
    assert found['curve'][found['apex'] - 6] == max(found['curve'])
    assert len(found['regions']) == 10
    assert Image.open(tmp_path / 'out' / 'EP01_01_curve.png').width > 600
    assert Image.open(tmp_path / 'out' / 'EP01_01_apex.png').width == 840


def test_the_apex_of_a_photograph_is_found_from_frames_alone(root, tmp_path):
    """A real face from end to end: detection, landmarks, apex, images."""
    clip = root / 'CASME2_RAW_selected' / 'sub02' / 'EP01_01'
    call_tool('spot_apex.py', clip, '--method', 'registered', '--out-dir', tmp_path)
    found = json.loads((tmp_path / 'EP01_01_apex.json').read_text())
    assert abs(found['apex'] - FIRST - APEXES[1]) <= 1
    assert found['messages'] == [] and found['clip'] == str(clip)
    other = clip.parents[1] / 'sub01' / 'EP01_01'
    refused = call_tool('spot_apex.py', other, '--out-dir', tmp_path, check=False)
    assert refused.returncode == 1 and 'Give another --out-dir' in refused.stderr
    assert json.loads((tmp_path / 'EP01_01_apex.json').read_text()) == found


def test_all_clips_of_a_data_set_are_spotted(root):
    said = run_tool('spot_apex.py', '--dataset', root, '--method', 'registered')
    spotted = json.loads((root / 'annotations' / 'spotted_apex.json').read_text())
    assert set(spotted) == {'sub01/EP01_01', 'sub02/EP01_01'}
    for apex, truth in zip(spotted.values(), APEXES, strict=True):
        assert abs(apex - FIRST - truth) <= 1
    assert 'Left out: sub03/EP01_01: No clip at' in said.stdout
    assert '2 apexes found, 1 rows left out.' in said.stdout
    assert '2/2' in said.stderr


def test_a_data_set_may_have_apexes_of_both_methods(root):
    call_tool(
        'spot_apex.py', '--dataset', root, '--method', 'registered', '--spotted', 'second.json'
    )
    second = json.loads((root / 'annotations' / 'second.json').read_text())
    assert set(second) == {'sub01/EP01_01', 'sub02/EP01_01'}
    refused = call_tool(
        'spot_apex.py', '--dataset', root, '--spotted', '../second.json', check=False
    )
    assert refused.returncode == 1
    assert 'Give a name without a folder' in refused.stderr
    assert not (root / 'second.json').exists()
    clip = root / 'CASME2_RAW_selected' / 'sub01' / 'EP01_01'
    options = '--spotted', 'second.json', '--out-dir', root / 'out'
    refused = call_tool('spot_apex.py', clip, *options, check=False)
    assert refused.returncode == 2
    assert 'a clip has --out-dir' in refused.stderr


def test_an_error_gives_one_message(root, tmp_path):
    clip = root / 'CASME2_RAW_selected' / 'sub01' / 'EP01_01'
    span = '--onset', 20, '--offset', 10, '--out-dir', tmp_path
    result = call_tool('spot_apex.py', clip, *span, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith('Error: ')
    assert 'is not before' in result.stderr


@pytest.mark.parametrize('face', ['tallest', '-1', '1.5'])
def test_an_unknown_face_is_refused(face, root, tmp_path):
    clip = root / 'CASME2_RAW_selected' / 'sub01' / 'EP01_01'
    result = call_tool('spot_apex.py', clip, f'--face={face}', '--out-dir', tmp_path, check=False)
    assert result.returncode == 2
    assert 'Choose one of best, largest, left, right, or a number' in result.stderr


def test_a_face_that_is_not_there_is_named(root, tmp_path):
    clip = root / 'CASME2_RAW_selected' / 'sub02' / 'EP01_01'
    result = call_tool('spot_apex.py', clip, '--face=3', '--out-dir', tmp_path, check=False)
    assert result.returncode == 1
    assert 'face=3: the first frame with faces shows only 1' in result.stderr
