"""Names that are imported on first use."""

import subprocess
import sys
from pathlib import Path

import pytest

from mmfer.lazy_names import lazy_names

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


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'mmfer.faces' has no attribute 'nobody'"):
        lazy_names('mmfer.faces', {'MTCNN': 'detection.mtcnn'})('nobody')
