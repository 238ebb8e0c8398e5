"""Without OpenMMLab's packages: a message for whoever imports mmfer or starts a command."""

from pathlib import Path

import pytest

from tests.environments import environment_without, run_python
from tests.helpers import ROOT

IMPORT_ALL = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.startswith('mmfer')]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except ImportError as error:
        if not str(error).startswith('mmfer cannot start: '):
            print(name, repr(error))
"""


@pytest.fixture(scope='module')
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_without(tmp_path_factory.mktemp('bare'))


def test_every_module_gives_the_message_or_works(bare: Path) -> None:
    paths = (path.relative_to(ROOT) for path in (ROOT / 'mmfer').rglob('*.py'))
    names = ['.'.join(path.with_suffix('').parts).removesuffix('.__init__') for path in paths]
    names.remove('mmfer.__main__')
    result = run_python(bare, '-c', IMPORT_ALL, *names)
    assert result.returncode == 0 and result.stdout == '', result.stdout + result.stderr


@pytest.mark.parametrize('command', ['train', 'prune'])
def test_a_command_says_what_to_type(bare: Path, command: str) -> None:
    result = run_python(bare, '-m', 'mmfer', command)
    assert result.returncode == 1
    first, second = result.stderr.splitlines()
    assert first.startswith(
        'mmfer cannot start: mmengine, mmcv, mmpretrain, torchvision and OpenCV'
    )
    assert '"mmfer[openmmlab]" (or "mmfer[onedl]" for the maintained forks)' in first
    assert second == '`mmfer doctor` shows what is installed.'


@pytest.mark.parametrize('command', ['predict', 'video', 'camera', 'demo'])
def test_a_command_that_predicts_names_the_small_line_first(bare: Path, command: str) -> None:
    said = run_python(bare, '-m', 'mmfer', command).stderr.splitlines()
    assert said[0] == (
        'mmfer cannot start: OpenCV is missing. For predictions, install with: '
        'pip install opencv-python-headless'
    )
    assert said[1].startswith('For trainings, too: mmengine, mmcv, mmpretrain, torchvision and ')
    assert said[2] == '`mmfer doctor` shows what is installed.'


def test_doctor_and_list_work_without(bare: Path) -> None:
    doctor = run_python(bare, '-m', 'mmfer', 'doctor')
    assert doctor.returncode == 1 and 'Traceback' not in doctor.stderr
    lines = doctor.stdout.splitlines()
    assert {'mmengine is missing', 'mmcv is missing', 'OpenCV is missing'} <= set(lines)
    assert lines[-2].startswith('Problem: OpenCV is missing. For predictions, install with: pip ')
    assert lines[-1].startswith('For trainings, too: mmengine, mmcv, mmpretrain, torchvision and ')
    models = run_python(bare, '-m', 'mmfer', 'list', 'models')
    assert 'efficientnet-lite0_ferplus' in models.stdout
