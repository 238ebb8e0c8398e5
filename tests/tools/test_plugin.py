"""The template of a plugin, installed as a package beside one that fails to import."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.datasets.disk import write_image
from tests.helpers import ROOT, run_tool, tool_environment

TEMPLATE = ROOT / 'examples' / 'mmfer-plugin-template'


def install(source: Path, target: Path) -> None:
    flags = ('--no-deps', '--no-build-isolation', '--no-index', '--disable-pip-version-check')
    subprocess.run(
        [sys.executable, '-m', 'pip', 'install', '-q', *flags, '--target', target, source],
        check=True,
    )


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the template and a broken plugin."""
    folder = tmp_path_factory.mktemp('plugin')
    source = folder / 'source'
    shutil.copytree(TEMPLATE, source)
    settings = (source / 'pyproject.toml').read_text()
    (source / 'pyproject.toml').write_text(
        settings.replace(
            '[tool.setuptools]', 'broken = "mmfer_template.broken"\n\n[tool.setuptools]'
        )
    )
    (source / 'mmfer_template' / 'broken.py').write_text('import a_package_that_is_not_there')
    install(source, folder / 'site')
    return folder / 'site'


def test_trains_with_all_its_components(site: Path, tmp_path: Path) -> None:
    for part in ('train', 'test'):
        for i in range(4):
            write_image(tmp_path / 'mine' / part / f'{("calm", "crying")[i % 2]}_{i}.png', seed=i)
    config = site / 'mmfer_template' / 'configs' / 'max_pooling_named.py'
    work = ('--work-dir', tmp_path / 'work')
    options = ('--cfg-options', f'data_root={tmp_path / "mine"}', 'epochs=1')
    result = run_tool('train.py', config, *work, *options, paths=(site,))
    assert (tmp_path / 'work' / 'epoch_1.pth').is_file()
    assert 'MaxPooling' in result.stdout and 'loss_norm' in result.stdout
    assert 'The mmfer plugin "broken" (mmfer_template.broken) is skipped' in result.stderr
    assert 'a_package_that_is_not_there' in result.stderr


def test_its_own_tests_pass(site: Path, tmp_path: Path) -> None:
    command = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', TEMPLATE / 'tests']
    result = subprocess.run(
        command, cwd=tmp_path, env=tool_environment(site), capture_output=True, text=True
    )
    assert '3 passed' in result.stdout, result.stdout
