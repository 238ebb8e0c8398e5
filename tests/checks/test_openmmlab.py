"""Which line suits what is installed."""

from pathlib import Path

import pytest

from mmfer.checks import openmmlab
from tests.environments import (
    environment_without,
    install_made_up,
    run_python,
    site_folder,
    write_wheel,
)
from tests.helpers import ROOT

ALL = ['mmengine', 'mmcv', 'mmpretrain', 'torch', 'torchvision', 'torch_pruning', 'cv2']


def installed(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    known = {'mmfer': '0.1.0'} | {
        name.replace('_', '-'): version for name, version in versions.items()
    }
    monkeypatch.setattr(openmmlab, 'installed_version', known.get)


@pytest.mark.parametrize(
    ('versions', 'missing', 'line'),
    [
        ({}, ALL, 'torchvision "mmfer[openmmlab]"'),
        ({'torch': '2.9.0'}, ALL, 'torchvision "torch==2.9.0" "mmfer[openmmlab]"'),
        ({'mmengine': '0.10.7', 'mmcv': '2.2.0'}, ['mmpretrain'], 'mmpretrain'),
        ({'mmengine': '0.10.7'}, ['mmcv', 'mmpretrain', 'cv2'], 'mmcv-lite mmpretrain'),
        ({'onedl_mmcv': '2.3.6'}, ['mmengine', 'mmpretrain'], '"mmfer[onedl]"'),
        ({'onedl_mmcv': '2.3.6', 'onedl_mmengine': '0.10.12'}, ['cv2'], 'opencv-python-headless'),
        ({'mmcv_lite': '2.2.0'}, ['cv2'], 'opencv-python-headless'),
        ({'mmcv': '2.2.0', 'torch': '2.9.0'}, ['torch_pruning'], 'torch-pruning'),
        ({'mmcv': '2.2.0'}, ['torch', 'torchvision'], 'torchvision'),
        ({'mmcv': '2.2.0', 'torchvision': '0.28.0'}, ['torch'], 'torch'),
    ],
)
def test_the_line_suits_what_is_installed(
    versions: dict[str, str], missing: list[str], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, **versions)
    assert openmmlab.install_line(missing) == f'pip install {line}'


def test_a_checkout_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openmmlab, 'installed_version', {}.get)
    checkout = f'-e "{ROOT}[openmmlab]"'
    assert openmmlab.install_line(ALL) == f'pip install torchvision {checkout}'
    assert f'(or -e "{ROOT}[onedl]" for the' in openmmlab.missing_message(ALL)


def test_one_missing_package_is_named_in_the_singular() -> None:
    assert openmmlab.missing_message(['cv2']).startswith('OpenCV is missing. Install with: pip ')
    assert openmmlab.missing_message(['mmcv', 'cv2']).startswith('mmcv and OpenCV are missing. ')


SMALL = 'onnx, onnxruntime and OpenCV are missing. For predictions, install with: pip install '


def test_predictions_alone_need_a_small_line(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    monkeypatch.setattr(openmmlab, 'find_spec', lambda name: None)
    first, second = openmmlab.small_message(ALL).splitlines()
    assert first == f'{SMALL}"mmfer[onnxruntime]" opencv-python-headless'
    assert second == f'For trainings, too: {openmmlab.missing_message(ALL)}'
    assert openmmlab.small_message(['cv2']) == openmmlab.missing_message(['cv2'])
    monkeypatch.setattr(openmmlab, 'find_spec', lambda name: name == 'cv2' or None)
    said = openmmlab.small_message(ALL[:-1])
    assert said.startswith('onnx and onnxruntime are missing.')
    assert 'pip install "mmfer[onnxruntime]"\n' in said


def test_predictions_do_without_pytorch_only_where_something_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not openmmlab.without_pytorch()
    monkeypatch.setattr(openmmlab, 'missing_modules', lambda: ['cv2'])
    assert not openmmlab.without_pytorch()
    monkeypatch.setattr(openmmlab, 'missing_modules', lambda: ['mmcv', 'torch'])
    assert openmmlab.without_pytorch()
    said = str(openmmlab.needs_pytorch('A config'))
    assert said.startswith("A config needs PyTorch and OpenMMLab's packages. mmcv and torch are ")


def test_this_environment_lacks_nothing() -> None:
    assert openmmlab.missing_modules() == []
    assert openmmlab.unloadable_opencv() is None
    openmmlab.require_openmmlab()


@pytest.mark.parametrize(
    ('package', 'headless'),
    [
        ('opencv-python', 'opencv-python-headless'),
        ('opencv-contrib-python', 'opencv-contrib-python-headless'),
    ],
)
def test_an_opencv_that_lacks_a_library_of_the_system(
    package: str, headless: str, tmp_path: Path
) -> None:
    python = environment_without(tmp_path / 'environment', ['cv2', 'opencv'])
    install_made_up(python, write_wheel(tmp_path, package, '5.0.0'))
    code = "raise ImportError('libGL.so.1: cannot open shared object file')"
    (site_folder(python) / 'cv2.py').write_text(code)
    for command in ('predict', 'doctor'):
        result = run_python(python, '-m', 'mmfer', command)
        assert result.returncode == 1 and 'Traceback' not in result.stderr
        said = result.stdout + result.stderr
        assert (
            'OpenCV cannot be imported: libGL.so.1: cannot open shared object file. On a ' in said
        )
        assert f'pip uninstall --yes {package} && pip install {headless}' in said
