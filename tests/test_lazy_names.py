"""Names that are imported on first use."""

import subprocess
import sys
from pathlib import Path

import pytest

from mmfer.lazy_names import lazy_names
from tests.helpers import tool_environment

PACKAGE = """
from mmfer.lazy_names import lazy_names
__getattr__ = lazy_names(__name__, {'answer': 'inside'})
"""


def test_a_module_is_imported_when_its_name_is_used(tmp_path: Path) -> None:
    package = tmp_path / 'lazy_package'
    package.mkdir()
    (package / '__init__.py').write_text(PACKAGE)
    (package / 'inside.py').write_text('answer = 42\n')
    code = (
        'import sys, lazy_package\n'
        "assert 'lazy_package.inside' not in sys.modules\n"
        'from lazy_package import answer\n'
        'print(answer)\n'
    )
    found = subprocess.run(
        [sys.executable, '-c', code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.stdout == '42\n', found.stderr


def test_tools_start_without_the_libraries_of_figures_evaluation_and_pruning() -> None:
    code = (
        'import sys, mmfer.engine\n'
        'from mmfer.registry import register_all_modules\n'
        'register_all_modules()\n'
        'print(*sys.modules)\n'
    )
    command = [sys.executable, '-c', code]
    done = subprocess.run(
        command, env=tool_environment(), capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert 'mmfer.engine.hooks' in imported
    assert imported.isdisjoint(('sklearn', 'matplotlib', 'openpyxl', 'torch_pruning'))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'mmfer.faces' has no attribute 'nobody'"):
        lazy_names('mmfer.faces', {'MTCNN': 'detection.mtcnn'})('nobody')
