"""What pip would install beside made-up packages: mmfer replaces nothing that is there."""

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from tests.environments import (
    empty_environment,
    install_made_up,
    pip_would_install,
    run_python,
    write_wheel,
)
from tests.helpers import ROOT

CUDA_TORCH = ('torch', '2.13.0+cu130')
ORIGINALS = (
    ('mmengine', '0.10.7', 'opencv-python>=3'),
    ('mmcv-lite', '2.2.0', 'mmengine>=0.3.0', 'opencv-python>=3'),
    ('mmcv', '2.2.0', 'mmengine>=0.3.0', 'opencv-python>=3'),
    ('mmpretrain', '1.2.0'),
)
FORKS = (
    ('onedl-mmengine', '0.10.12'),
    ('onedl-mmcv', '2.3.6', 'onedl-mmengine>=0.10.8rc1', 'opencv-python'),
    ('onedl-mmpretrain', '1.3.6'),
)
OTHERS = (
    CUDA_TORCH,
    ('torch', '2.13.0'),
    ('torch', '2.14.0'),
    ('torchvision', '0.28.0', 'torch==2.13.0'),
    ('torchvision', '0.29.0', 'torch==2.14.0'),
    ('opencv-python', '5.0.0'),
    ('opencv-python-headless', '5.0.0'),
)
BUILDS = {name for name, *_ in (*ORIGINALS, *FORKS, *OTHERS)}
"""The packages of which one build replaces or breaks another."""
FULL_MMCV = [ORIGINALS[0], ORIGINALS[2], ORIGINALS[3]]


@pytest.fixture(scope='session')
def packages(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """mmfer's own wheel, and made-up wheels of all that it requires."""
    folder = tmp_path_factory.mktemp('packages')
    shutil.copy(wheel, folder)
    for name, version, *requires in (*ORIGINALS, *FORKS, *OTHERS):
        write_wheel(folder, name, version, *requires)
    for requirement in needed_by(wheel):
        if requirement.name not in BUILDS:
            lowest = next(one for one in requirement.specifier if one.operator == '>=')
            write_wheel(folder, requirement.name, lowest.version)
    return folder


def needed_by(wheel: Path) -> list[Requirement]:
    """The requirements in a wheel, those of the extras for tests left out."""
    with ZipFile(wheel) as archive:
        name = next(one for one in archive.namelist() if one.endswith('METADATA'))
        lines = archive.read(name).decode().splitlines()
    found = [
        Requirement(line.partition(': ')[2]) for line in lines if line.startswith('Requires-Dist')
    ]
    return [one for one in found if not (one.marker and one.marker.evaluate({'extra': 'tests'}))]


def environment(folder: Path, packages: Path, installed: Sequence[Sequence[str]]) -> Path:
    """An environment with made-up packages; the path of its interpreter."""
    python = empty_environment(folder)
    for name, version, *_ in installed:
        stem = f'{name.replace("-", "_")}-{version}'
        install_made_up(python, packages / f'{stem}-py3-none-any.whl')
    return python


@pytest.mark.parametrize(
    'installed',
    [
        [CUDA_TORCH],
        [CUDA_TORCH, *FULL_MMCV],
        [CUDA_TORCH, *FORKS],
        [CUDA_TORCH, ('opencv-python-headless', '5.0.0')],
    ],
    ids=['cuda', 'full-mmcv', 'forks', 'headless'],
)
def test_without_extras_nothing_is_replaced(
    installed: Sequence[Sequence[str]], packages: Path, tmp_path: Path
) -> None:
    would = pip_would_install(environment(tmp_path, packages, installed), packages, 'mmfer')
    assert {'mmfer', 'numpy', 'imagehash'} <= set(would)
    assert not BUILDS & set(would)


def test_openmmlab_keeps_a_torch_without_torchvision(packages: Path, tmp_path: Path) -> None:
    python = environment(tmp_path, packages, [CUDA_TORCH])
    would = pip_would_install(python, packages, 'mmfer[openmmlab]')
    assert BUILDS & set(would) == {'mmengine', 'mmcv-lite', 'mmpretrain', 'opencv-python'}
    # The newest torchvision would replace this torch. So it is not in the extra.
    assert pip_would_install(python, packages, 'mmfer', 'torchvision')['torch'] == '2.14.0'


def test_exported_files_need_neither_torch_nor_openmmlab(packages: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path / 'environment')
    would = pip_would_install(python, packages, 'mmfer[onnxruntime]')
    assert {'mmfer', 'numpy', 'onnx', 'onnxruntime'} <= set(would)
    assert not (BUILDS | {'torch-pruning'}) & set(would)


def test_the_line_of_the_readme_fills_a_new_environment(packages: Path, tmp_path: Path) -> None:
    for readme in ('README.md', 'README_zh-CN.md'):
        text = (ROOT / readme).read_text(encoding='utf-8')
        small, large = [line for line in text.splitlines() if line.startswith('pip install')]
        would = wanted_by(large, packages, tmp_path / readme / 'large')
        assert would['torch'] == '2.14.0' and would['torchvision'] == '0.29.0'
        assert {'mmengine', 'mmcv-lite', 'mmpretrain', 'opencv-python'} <= set(would)
        would = wanted_by(small, packages, tmp_path / readme / 'small')
        assert BUILDS & set(would) == {'opencv-python-headless'}
        assert {'mmfer', 'onnx', 'onnxruntime'} <= set(would)


def wanted_by(line: str, packages: Path, folder: Path) -> dict[str, str]:
    """What a line of the README would install into an empty environment."""
    wanted = [one.replace('.[', 'mmfer[') for one in shlex.split(line.partition('#')[0])[2:]]
    return pip_would_install(empty_environment(folder), packages, *wanted)


def test_every_promised_extra_is_known_and_video_brings_no_other_opencv(
    wheel: Path, packages: Path, tmp_path: Path
) -> None:
    with ZipFile(wheel) as archive:
        name = next(one for one in archive.namelist() if one.endswith('METADATA'))
        lines = archive.read(name).decode().splitlines()
    for extra in ('openmmlab', 'onedl', 'video', 'demo', 'export'):
        assert f'Provides-Extra: {extra}' in lines
    python = environment(tmp_path, packages, [('opencv-python-headless', '5.0.0')])
    assert not BUILDS & set(pip_would_install(python, packages, 'mmfer[video]'))


def test_mim_reads_the_originals_and_all_has_every_extra(packages: Path, tmp_path: Path) -> None:
    python = environment(tmp_path, packages, [CUDA_TORCH])
    assert pip_would_install(python, packages, 'mmfer[mim]') == pip_would_install(
        python, packages, 'mmfer[openmmlab]'
    )
    would = pip_would_install(python, packages, 'mmfer[all]')
    assert {'mmengine', 'torchvision', 'gradio', 'onnx', 'timm', 'pillow-heif'} <= set(would)


@pytest.mark.parametrize(
    ('installed', 'brings'),
    [
        ([], {'mmengine': '0.10.7', 'mmcv-lite': '2.2.0', 'mmpretrain': '1.2.0'}),
        (FULL_MMCV[:2], {'mmpretrain': '1.2.0'}),
        (FORKS[:1], {'onedl-mmcv': '2.3.6', 'onedl-mmpretrain': '1.3.6'}),
    ],
    ids=['nothing', 'full-mmcv', 'a-fork'],
)
def test_the_line_of_the_message_adds_what_is_missing(
    installed: Sequence[Sequence[str]], brings: dict[str, str], packages: Path, tmp_path: Path
) -> None:
    python = environment(tmp_path, packages, [CUDA_TORCH, *installed])
    for name, *_ in installed:  # a module to import, which the made-up package lacks
        module = name.removeprefix('onedl-')
        (next(python.parents[1].glob('lib/python3*/site-packages')) / f'{module}.py').touch()
    said = run_python(python, '-m', 'mmfer', 'train')
    assert said.returncode == 1 and 'Traceback' not in said.stderr
    line = said.stderr.partition('Install with: pip install ')[2].splitlines()[0]
    line = line.replace(f'-e "{ROOT}[', '"mmfer[')  # the checkout, of which packages has a wheel
    would = pip_would_install(python, packages, *shlex.split(line.partition(' (or ')[0]))
    builds = {name: version for name, version in would.items() if name in BUILDS}
    for opencv in ('opencv-python', 'opencv-python-headless'):  # missing as well
        builds.pop(opencv, None)
    assert builds == {'torchvision': '0.28.0', **brings}
