"""The rows of a table of variants."""

import runpy
import sys

import pytest
from mmengine.config import Config

from tests.helpers import ROOT


def table_rows(*arguments: str) -> dict[str, Config]:
    """The config of each row, as tools/analysis_tools/repeat.py makes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(sys, 'argv', ['repeat.py', *arguments, '--out', 'nowhere'])
        tool = runpy.run_path('tools/analysis_tools/repeat.py')
        rows: dict[str, Config] = tool['row_configs'](tool['parse_args']())
    return rows
