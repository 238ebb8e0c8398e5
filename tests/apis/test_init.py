"""Importing the inferencer imports little more than PyTorch."""

import subprocess
import sys

import pytest

from mmfer import apis, faces
from tests.helpers import tool_environment

SLOW = ('mmengine', 'mmcv', 'mmpretrain', 'torchvision', 'sklearn', 'scipy', 'matplotlib')


def test_no_slow_library_is_imported() -> None:
    code = 'import sys; from mmfer.apis import FERInferencer, list_models; print(*sys.modules)'
    command = [sys.executable, '-c', code]
    done = subprocess.run(
        command, env=tool_environment(), capture_output=True, text=True, check=True
    )
    imported = {name.partition('.')[0] for name in done.stdout.split()}
    assert 'torch' in imported
    assert imported.isdisjoint(SLOW)


@pytest.mark.parametrize('package', [apis, faces])
def test_every_name_is_there(package) -> None:
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing
