"""Each work-around in a separate process in which it is not yet applied."""

import subprocess
import sys

import pytest
import torch
from mmengine.optim import OneCycleLR

from mmfer import compat
from tests.helpers import ROOT


def python(code: str, *flags: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *flags, '-c', code], capture_output=True, text=True, cwd=ROOT
    )


def test_torchvision_without_its_compiled_part() -> None:
    """Without ``torchvision._C``, the import defines no operators and fails without mmfer."""
    hide = """
import importlib.machinery, os, torch
finder = importlib.machinery.FileFinder.find_spec
importlib.machinery.FileFinder.find_spec = lambda self, name, target=None: (
    None if name.endswith('torchvision._C') else finder(self, name, target))
ops, load = torch.ops, torch.ops.load_library
def no_torchvision(path):
    if 'torchvision' in str(path):
        raise OSError('built for another torch')
    load(path)
torch.ops.load_library = no_torchvision
"""
    alone = python(hide + 'import torchvision')
    assert 'operator torchvision::nms does not exist' in alone.stderr
    helped = python(
        hide + 'from mmfer import compat\nimport mmpretrain.models, torchvision\n'
        'print(torchvision.__version__)'
    )
    assert helped.returncode == 0, helped.stderr


def test_a_matching_torchvision_is_not_changed() -> None:
    code = """
import torch
try:
    import torchvision
except RuntimeError:  # not a matched pair: define what its compiled part would have defined
    library = torch.library.Library('torchvision', 'DEF')
    library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    library.define('qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
from mmfer import compat
print(hasattr(compat.define_missing_torchvision_operators, 'library'))
"""
    assert python(code).stdout.strip() == 'False'


def test_import_is_silent() -> None:
    code = 'from mmfer.registry import register_all_modules; register_all_modules()'
    result = python(code)
    assert result.returncode == 0
    assert result.stderr == ''


def test_multimodal_models_are_off() -> None:
    from mmpretrain.utils import dependency

    assert dependency.WITH_MULTIMODAL is False


def test_getattr_gives_only_history_statistics() -> None:
    from mmengine.logging import HistoryBuffer

    from mmfer.compat import _history_statistic

    assert _history_statistic(HistoryBuffer, 'mean') is HistoryBuffer.mean
    for owner, name in ((HistoryBuffer, '__init__'), (torch, 'load'), (str, 'mean')):
        with pytest.raises(ValueError, match='only the statistics'):
            _history_statistic(owner, name)


def test_safe_globals_hold_no_getattr() -> None:
    allowed = torch.serialization.get_safe_globals()
    functions = [item[0] if isinstance(item, tuple) else item for item in allowed]
    assert getattr not in functions
    assert eval not in functions


def test_mmengine_does_not_log_its_own_deprecation(capfd: pytest.CaptureFixture) -> None:
    from mmengine.fileio import FileClient

    FileClient(backend='disk')
    captured = capfd.readouterr()
    assert 'deprecated' not in captured.out + captured.err


def test_checkpoints_of_a_one_cycle_schedule_hold_no_functions(tmp_path):
    compat.apply()
    model = torch.nn.Linear(1, 1)
    schedule = OneCycleLR(torch.optim.SGD(model.parameters(), lr=0.1), eta_max=0.1, total_steps=9)
    schedule.step()
    torch.save(schedule.state_dict(), tmp_path / 'state.pth')
    state = torch.load(tmp_path / 'state.pth', weights_only=True)
    other = OneCycleLR(torch.optim.SGD(model.parameters(), lr=0.1), eta_max=0.1, total_steps=9)
    other.load_state_dict(state)
    for each in (schedule, other):
        each.step()
    assert other.get_last_value() == schedule.get_last_value()


def test_mmcv_is_looked_for_without_the_function_that_python_removed() -> None:
    code = """
import pkgutil
vars(pkgutil).pop('find_loader', None)
from mmfer import compat
from mmengine.utils.dl_utils.misc import mmcv_full_available
found = mmcv_full_available()
from importlib.util import find_spec
assert found == (find_spec('mmcv._ext') is not None)
assert pkgutil.find_loader('mmfer') is not None and pkgutil.find_loader('no_such_module') is None
"""
    run = python(code)
    assert run.returncode == 0, run.stderr
