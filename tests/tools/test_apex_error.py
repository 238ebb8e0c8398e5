import json

import pytest

from tests.helpers import call_tool, run_tool
from tests.tools.casme2_clips import write_dataset

TOOL = 'analysis_tools/apex_error.py'


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp('casme2'))


def test_table(root, tmp_path):
    out = tmp_path / 'errors.json'
    said = run_tool(TOOL, root, '--noise', 0, 3, '--method', 'registered', '--out', out)
    rows = [line.split(' | ')[2:5] for line in said.stdout.splitlines() if 'registered |' in line]
    assert rows == [
        [noise, level, count]
        for noise in ('0', '3')
        for level, count in (('0.4', '1'), ('0.5', '1'), ('all', '2'))
    ]
    assert 'Left out: sub03/EP01_01: no folder of frames.' in said.stdout
    errors = json.loads(out.read_text())
    assert len(errors) == 4
    assert all(abs(row['error']) <= 2 for row in errors)


def test_clips_without_truth_are_refused(root):
    path = root / 'annotations' / 'truth.json'
    truth = json.loads(path.read_text())
    path.write_text(json.dumps({'sub01/EP01_01': truth['sub01/EP01_01']}))
    result = call_tool(TOOL, root, check=False)
    path.write_text(json.dumps(truth))
    assert result.returncode == 1
    assert 'have no truth: sub02/EP01_01, sub03/EP01_01.' in result.stderr
    assert 'Traceback' not in result.stderr
