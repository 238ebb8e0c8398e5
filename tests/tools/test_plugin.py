"""A package outside mmfer adds a neck and a config without an edit of mmfer."""

import subprocess
import sys
from pathlib import Path

from tests.helpers import CLASSES, run_tool, write_config

PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "fer-plugin"
version = "0.1"

[project.entry-points."mmfer.plugins"]
fer_plugin = "fer_plugin.necks"
broken = "fer_plugin.broken"

[tool.setuptools]
packages = ["fer_plugin"]

[tool.setuptools.package-data]
fer_plugin = ["*_config.py"]
"""

NECK = """
import torch
from mmfer.registry import MODELS

@MODELS.register_module()
class MaxPooling(torch.nn.Module):
    def forward(self, maps):
        return tuple(level.amax((2, 3)) for level in maps)
"""


def test_plugin_trains(image_folder: Path, tmp_path: Path) -> None:
    source = tmp_path / 'source'
    (source / 'fer_plugin').mkdir(parents=True)
    (source / 'pyproject.toml').write_text(PROJECT)
    (source / 'fer_plugin' / '__init__.py').touch()
    (source / 'fer_plugin' / 'necks.py').write_text(NECK)
    (source / 'fer_plugin' / 'broken.py').write_text('import a_package_that_is_not_there')
    config = write_config(source / 'fer_plugin' / 'tiny_config.py', image_folder, classes=CLASSES)
    config.write_text(config.read_text().replace('GlobalAveragePooling', 'MaxPooling'))
    target = tmp_path / 'site'
    flags = ('--no-deps', '--no-build-isolation', '--no-index', '--disable-pip-version-check')
    subprocess.run(
        [sys.executable, '-m', 'pip', 'install', '-q', *flags, '--target', target, source],
        check=True,
    )
    installed = target / 'fer_plugin' / 'tiny_config.py'
    result = run_tool('train.py', installed, '--work-dir', tmp_path / 'work', paths=(target,))
    assert (tmp_path / 'work' / 'epoch_1.pth').is_file()
    assert 'MaxPooling' in result.stdout
    assert 'The mmfer plugin "broken" (fer_plugin.broken) cannot be imported' in result.stderr
    assert 'a_package_that_is_not_there' in result.stderr
