"""Environments with chosen packages, and made-up packages for pip."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Collection
from pathlib import Path
from zipfile import ZipFile

from tests.helpers import ROOT, tool_environment

OPENMMLAB = ('mmengine', 'mmcv', 'mmpretrain', 'torchvision', 'cv2', 'opencv')
"""How the entries of a site folder begin that the extras of mmfer bring."""


PARTS = ('mmfer', 'configs', 'tools', 'requirements')
FILES = ('pyproject.toml', 'setup.py', 'MANIFEST.in', 'README.md', 'model-index.yml')
"""What the wheel is built from, with the licences."""


def copy_source(source: Path) -> Path:
    """Copy what this checkout's packages are built from to a new folder, which is returned."""
    source.mkdir()
    for part in PARTS:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns('__pycache__'))
    for name in (*FILES, 'LICENSE', 'NOTICE'):
        shutil.copy(ROOT / name, source)
    return source


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout from a copy below ``folder``."""
    source = copy_source(folder / 'source')
    flags = ('--no-deps', '--no-build-isolation', '--no-index', '--disable-pip-version-check')
    command = [sys.executable, '-m', 'pip', 'wheel', '-q', *flags, '-w', folder / 'out', source]
    subprocess.run(command, check=True)
    (built,) = (folder / 'out').glob('mmfer-*.whl')
    return built


def empty_environment(folder: Path) -> Path:
    """Make a virtual environment without packages; the path of its interpreter."""
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', folder], check=True)
    return folder / 'bin' / 'python'


def site_folder(python: Path) -> Path:
    """The folder of the packages of an environment."""
    return next(python.parents[1].glob('lib/python3*/site-packages'))


def environment_without(folder: Path, packages: Collection[str] = OPENMMLAB) -> Path:
    """Make an environment with the packages of this one, except some; the path of its interpreter.

    Args:
        folder: The folder of the environment.
        packages: How the names of the packages begin that are left out.
    """
    python = empty_environment(folder)
    for entry in Path(sysconfig.get_path('purelib')).iterdir():
        if not entry.name.startswith(tuple(packages)) and entry.suffix != '.pth':
            (site_folder(python) / entry.name).symlink_to(entry)
    return python


def run_python(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an interpreter with this checkout on its path."""
    environment = {**tool_environment(), 'PYTHONPATH': str(ROOT)}
    return subprocess.run(
        [python, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def pip_would_install(python: Path, packages: Path, *arguments: str) -> dict[str, str]:
    """The packages and versions that a real pip would install into an environment.

    Args:
        python: The interpreter of the environment.
        packages: A folder of wheels, the only ones that pip sees.
        arguments: What is to be installed.
    """
    command = [sys.executable, '-m', 'pip', '--isolated', '--python', python, 'install', '--quiet']
    flags = ['--dry-run', '--report', '-', '--no-index', '--find-links', packages]
    # A checkout on PYTHONPATH that was built once would count as an installed mmfer.
    environment = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(('PIP_', 'PYTHONPATH'))
    }
    result = subprocess.run(
        [*command, *flags, *arguments],
        env={**environment, 'PIP_CONFIG_FILE': os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    found = [one['metadata'] for one in json.loads(result.stdout)['install']]
    return {one['name']: one['version'] for one in found}


def write_wheel(folder: Path, name: str, version: str, *requires: str) -> Path:
    """Write the wheel of a package that has a name, a version and requirements, but no code."""
    stem = f'{name.replace("-", "_")}-{version}'
    path = folder / f'{stem}-py3-none-any.whl'
    metadata = ['Metadata-Version: 2.1', f'Name: {name}', f'Version: {version}']
    files = {
        'METADATA': '\n'.join([*metadata, *(f'Requires-Dist: {one}' for one in requires), '']),
        'WHEEL': 'Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }
    with ZipFile(path, 'w') as archive:
        for file, text in files.items():
            archive.writestr(f'{stem}.dist-info/{file}', text)
        records = [f'{stem}.dist-info/{file},,' for file in (*files, 'RECORD')]
        archive.writestr(f'{stem}.dist-info/RECORD', '\n'.join([*records, '']))
    return path


def install_made_up(python: Path, wheel: Path) -> None:
    """Install a wheel of :func:`write_wheel` by unpacking it."""
    with ZipFile(wheel) as archive:
        archive.extractall(site_folder(python))
