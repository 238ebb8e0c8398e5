"""An installation without PyTorch predicts with what mmfer ships."""

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import cv2
import numpy as np
import pytest

from mmfer.apis import FERInferencer
from tests.apis.torch_free_main import ABSENT
from tests.environments import environment_without, run_python
from tests.helpers import ROOT, call_tool, tool_environment

PHOTO = ROOT / 'docs' / 'photos' / 'astronaut.jpg'
INSTALLED = [name for name in ABSENT if name not in ('scipy', 'sklearn')]
"""What such an installation lacks; pip brings the others with mmfer."""
USED = """
import runpy, sys
try:
    runpy.run_module('mmfer', run_name='__main__')
finally:
    names = [name for name in sys.modules if name.startswith('mmfer')]
    print('used:', *(sys.modules[name].__file__ for name in names))
"""
"""The command, and the files of mmfer that it imported."""


@pytest.fixture(scope='module')
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_without(tmp_path_factory.mktemp('torch_free'), INSTALLED)


def face_of(result: dict[str, Any]) -> dict[str, Any]:
    (face,) = result['results'][0]['faces']
    return face


def check_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found['model'] == expected['model']
    face, same = face_of(found), face_of(expected)
    assert face['label'] == same['label'] and face.keys() == same.keys()
    for name in ('bbox', 'landmarks'):  # rounded to hundredths of a pixel
        np.testing.assert_allclose(face[name], same[name], atol=0.011)
    scores = [list(one['scores'].values()) for one in (face, same)]
    np.testing.assert_allclose(*scores, atol=1e-4)


def test_the_inferencer_gives_the_answer_of_pytorch(python: Path) -> None:
    code = """
import json, sys
from mmfer.apis import FERInferencer
print(json.dumps([FERInferencer(backend=b)(sys.argv[1]) for b in (None, 'onnxruntime')]))
"""
    done = run_python(python, '-c', code, str(PHOTO))
    assert done.returncode == 0, done.stderr
    for found in json.loads(done.stdout):
        check_same(found, FERInferencer()(PHOTO))


def test_the_command_writes_the_answers_of_pytorch(python: Path, tmp_path: Path) -> None:
    options = ('--min-face-size', '40', '--rotations', '90', '--unsure-below', '0.4')
    command = ('-m', 'mmfer', 'predict', PHOTO, *options, '--out-dir', tmp_path / 'a')
    done = run_python(python, *map(str, command))
    assert done.returncode == 0, done.stderr
    assert 'astronaut.jpg: happiness (100 %)' in done.stdout
    call_tool('predict.py', PHOTO, *options, '--out-dir', tmp_path / 'b')
    found, expected = (
        json.loads((tmp_path / name / 'results.json').read_text()) for name in ('a', 'b')
    )
    check_same(found, expected)
    for name in ('results.csv', 'astronaut.jpg'):
        assert (tmp_path / 'a' / name).is_file()


def test_crops_and_exported_files(python: Path) -> None:
    model = ROOT / 'mmfer' / 'weights' / 'efficientnet-lite0_ferplus.onnx'
    command = ('-m', 'mmfer', 'predict', PHOTO, '--no-detect', '--checkpoint', model)
    done = run_python(python, *map(str, command))
    assert done.returncode == 0 and '1 image, 1 face; 0 without' in done.stdout, done.stderr


@pytest.mark.parametrize(
    ('options', 'said'),
    [
        (('--checkpoint', __file__), f'"{__file__}", neither an .onnx file nor efficientnet-lite0'),
        (('--checkpoint', 'rald_r18_ferplus'), '"rald_r18_ferplus", neither an .onnx file nor '),
        (('--config', 'rald_r18_synthetic'), 'A config needs PyTorch'),
        (('--cfg-options', 'epochs=2'), 'A config needs PyTorch'),
        (('--device', 'cuda'), 'The device cuda needs PyTorch'),
        (('--detector', 'blazeface'), 'The detector blazeface needs PyTorch'),
    ],
)
def test_what_needs_pytorch_says_what_to_install(
    options: tuple[str, ...], said: str, python: Path
) -> None:
    done = run_python(python, '-m', 'mmfer', 'predict', str(PHOTO), *options)
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    assert done.stderr.startswith(f'Error: {said}')
    assert 'Install with: pip install torchvision "mmfer[openmmlab]"' in done.stderr


@pytest.mark.parametrize('path', ['nowhere.pth', 'nowhere', ''])
def test_a_path_to_nothing_installs_nothing(path: str, python: Path) -> None:
    done = run_python(python, '-m', 'mmfer', 'predict', str(PHOTO), '--checkpoint', path)
    assert done.returncode == 1
    assert done.stderr.startswith(f'Error: There is no model "{path}". Check the path')
    assert 'pip install' not in done.stderr


def test_a_program_without_a_standard_error_predicts(python: Path) -> None:
    code = """
import sys
sys.stderr = None
from mmfer.apis import FERInferencer
print(FERInferencer()(sys.argv[1])['results'][0]['faces'][0]['label'])
"""
    assert run_python(python, '-c', code, str(PHOTO)).stdout == 'happiness\n'


def test_help_version_and_lists_need_nothing(python: Path) -> None:
    for arguments in (['--help'], ['--version'], ['predict', '--help'], ['video', '--help']):
        done = run_python(python, '-m', 'mmfer', *arguments)
        assert done.returncode == 0 and 'mmfer' in done.stdout and not done.stderr


def test_a_video_is_read_and_no_module_in_use_imports_what_is_absent(
    python: Path, tmp_path: Path
) -> None:
    frame = cv2.imread(str(PHOTO))
    writer = cv2.VideoWriter(
        str(tmp_path / 'a.avi'), cv2.VideoWriter.fourcc(*'MJPG'), 10, frame.shape[1::-1]
    )
    for _ in range(3):
        writer.write(frame)
    writer.release()
    used: set[str] = set()
    for command in (
        ('video', tmp_path / 'a.avi', '--out-dir', tmp_path / 'out'),
        ('predict', PHOTO, '--out-dir', tmp_path / 'photos'),
    ):
        done = run_python(python, '-c', USED, *map(str, command))
        assert done.returncode == 0, done.stderr
        used |= set(done.stdout.partition('used: ')[2].split())
    row = (tmp_path / 'out' / 'faces.csv').read_text().splitlines()[1]
    assert ',happiness,' in row
    assert {'predict.py', 'video.py', 'onnx_inferencer.py', 'image_decoder.py', 'files.py'} <= {
        Path(name).name for name in used
    }
    assert [line for name in sorted(used) for line in absent_imports(Path(name))] == []


def test_the_page_answers_without_grad_cam(python: Path) -> None:
    code = """
import sys
from mmfer.demo.answers import Reader
from mmfer.demo.app import build_app
from mmfer.shipped_models import usable_models
reader = Reader(usable_models())
build_app(reader)
answer = reader.photo(sys.argv[1], reader.models[0], explain=True)
print(reader.models, answer.rows[0][1], len(answer.faces), answer.message)
"""
    done = run_python(python, '-c', code, str(PHOTO))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("['efficientnet-lite0_ferplus'] happiness 0 ")
    assert 'No Grad-CAM: It needs PyTorch' in done.stdout and 'pip install' in done.stdout


def absent_imports(path: Path) -> list[str]:
    """The imports of absent packages in a module, also those in functions."""
    tree = ast.parse(path.read_bytes())
    guarded = {
        child
        for block in ast.walk(tree)
        if isinstance(block, ast.Try)
        and any('ImportError' in ast.unparse(handler) for handler in block.handlers)
        for child in ast.walk(block)
    }
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node not in guarded:
            found.append(node.module or '')
        elif isinstance(node, ast.Import) and node not in guarded:
            found += [one.name for one in node.names]
    return [f'{path.name}: {name}' for name in found if name.partition('.')[0] in INSTALLED]


def test_hidden_imports_are_found(tmp_path: Path) -> None:
    path = tmp_path / 'a.py'
    path.write_text('def f():\n    import torch.nn, os\n    from mmengine.x import y\n')
    assert absent_imports(path) == ['a.py: torch.nn', 'a.py: mmengine.x']
    path.write_text('try:\n    import torch\nexcept ImportError:\n    pass\n')
    assert absent_imports(path) == []


def test_the_wheel_alone_reads_a_photograph(python: Path, wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / 'site')
    shutil.copy(PHOTO, tmp_path)
    environment = {**tool_environment(), 'PYTHONPATH': str(tmp_path / 'site')}
    command = [python, '-m', 'mmfer', 'predict', 'astronaut.jpg']
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('astronaut.jpg: happiness (100 %)')


@pytest.mark.parametrize('readme', ['README.md', 'README_zh-CN.md'])
def test_the_block_without_pytorch_of_the_readme(readme: str, python: Path) -> None:
    text = (ROOT / readme).read_text(encoding='utf-8')
    blocks = re.findall(r'```bash\n(.*?)```', text, re.DOTALL)
    (block,) = [one for one in blocks if '[onnxruntime]' in one]
    install, command, script = block.splitlines()
    assert install.startswith('pip install ".[onnxruntime]" opencv-python-headless')
    line, shown = command.split('#')
    environment = {**tool_environment(), 'PYTHONPATH': str(ROOT)}
    for typed in (line, script):
        typed = re.sub(r'^(mmfer|python)\b', lambda m: NAMES[m[0]].format(python), typed)
        done = subprocess.run(
            typed, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert (shown.strip() if typed.startswith(f'{python} -m') else "'happiness'") in done.stdout


NAMES = {'mmfer': '{} -m mmfer', 'python': '{}'}
"""How the commands of the block are run in the environment."""
