"""Without PyTorch, mmfer can be imported for exported files; the rest says what is missing."""

from pathlib import Path

import pytest

from tests.environments import environment_without, run_python


@pytest.fixture(scope='module')
def torch_free(tmp_path_factory: pytest.TempPathFactory) -> Path:
    packages = ('torch', 'mmengine', 'mmcv', 'mmpretrain')
    return environment_without(tmp_path_factory.mktemp('torch_free'), packages)


@pytest.mark.parametrize(
    'line',
    [
        'from mmfer.apis import MicroExpressionInferencer',
        'from mmfer.faces import MTCNN',
        'import mmfer.models',
    ],
)
def test_what_needs_pytorch_says_so(line: str, torch_free: Path) -> None:
    result = run_python(torch_free, '-c', line)
    assert (
        'mmfer cannot start: mmengine, mmcv, mmpretrain, torch, torchvision and torch_pruning are '
        'missing. Install with: pip install torchvision "mmfer[openmmlab]"'
    ) in result.stderr


def test_what_reads_exported_files_works(torch_free: Path) -> None:
    line = 'from mmfer.apis import FacePrediction, FERInferencer, OnnxInferencer, list_models'
    result = run_python(torch_free, '-c', line)
    assert result.returncode == 0, result.stderr
    doctor = run_python(torch_free, '-m', 'mmfer', 'doctor').stdout.splitlines()
    assert 'predictions by exported files: yes' in doctor
    assert 'ONNX export: no (torch is missing)' in doctor


def test_without_opencv_the_short_way_is_named_too(tmp_path: Path) -> None:
    packages = ('torch', 'mmengine', 'mmcv', 'mmpretrain', 'cv2', 'opencv')
    python = environment_without(tmp_path / 'environment', packages)
    said = run_python(python, '-c', 'from mmfer.apis import OnnxInferencer').stderr
    assert (
        'mmfer cannot start: OpenCV is missing. For predictions, install with: '
        'pip install opencv-python-headless\nFor trainings, too: mmengine, mmcv, '
    ) in said
