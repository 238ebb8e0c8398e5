import shutil
from pathlib import Path

import pytest

from tests.datasets.care.sets import write_set
from tests.helpers import call_tool, run_tool

TOOL = 'analysis_tools/check_data.py'
CONFIG = """
reader = dict(type='ExpressionFolder', data_root=r'{root}', classes=['anger', 'fear'])
train_dataloader = dict(dataset=dict(**reader, split='train'))
test_dataloader = dict(dataset=dict(**reader, split='test'))
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / 'data.py'
    path.write_text(CONFIG.format(root=write_set(tmp_path / 'faces')))
    return path


def test_the_exit_code_tells_faults(config: Path, tmp_path: Path):
    good = run_tool(TOOL, config, check=False)
    assert good.returncode == 0, good.stderr
    assert good.stdout.splitlines()[-1] == 'No fault was found.'
    shutil.copy(tmp_path / 'faces/train/fear/05.png', tmp_path / 'faces/test/fear/copy.png')
    page = tmp_path / 'check.html'
    bad = call_tool(TOOL, config, '--out', page, check=False)
    assert bad.returncode == 1
    assert '1 of 8 checks found a fault: The same image in two parts.' in bad.stdout
    assert 'copy.png' in page.read_text()


def test_other_errors_have_another_exit_code(config: Path, tmp_path: Path):
    for arguments, said in (
        ((config, '--out', 'x.pdf'), 'suffix .html or .md'),
        ((tmp_path / 'none.py',), 'No config at'),
    ):
        result = call_tool(TOOL, *arguments, check=False)
        assert result.returncode == 2 and said in result.stderr
