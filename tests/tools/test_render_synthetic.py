import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / 'tools/render_synthetic.py'


def _run(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_set_is_rendered_and_its_paths_are_printed(tmp_path: Path):
    out = tmp_path / 'set'
    options = ('--preset', 'tiny', '--images', 21, '--size', 32, '--workers', 2)
    result = _run('rafdb', out, *options, '--label-noise', 0.2, '--noise-kind', 'uniform')
    assert result.returncode == 0, result.stderr
    assert str(out / 'contact_sheet.jpg') in result.stdout
    assert '21/21' in result.stderr
    assert len(list(out.glob('Image/aligned/*.jpg'))) == 21


def test_a_refusal_has_no_traceback(tmp_path: Path):
    (tmp_path / 'mine.txt').touch()
    result = _run('fgemotions', tmp_path, '--preset', 'tiny')
    assert result.returncode == 2
    assert result.stderr.startswith('Error: The folder')
    assert 'Traceback' not in result.stderr


@pytest.mark.parametrize('args', [('fer2013', 'x'), ('rafdb', 'x', '--preset', 'huge')])
def test_unknown_names(args):
    result = _run(*args)
    assert result.returncode == 2
    assert 'invalid choice' in result.stderr


def test_options_of_clips_are_refused_for_images(tmp_path: Path):
    result = _run('rafdb', tmp_path / 'set', '--no-oddities', '--blinks', 0.5)
    assert result.returncode == 2
    assert result.stderr.startswith('Error: Blinks and oddities are options')
