"""Folders in which nothing can be written, even by root."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import tool_environment

KINDS = {'permissions': 'Permission denied', 'file system': 'Read-only file system'}
"""Ways to make a folder read-only, with the words of the system."""
WITHOUT_RIGHTS = ('setpriv', '--bounding-set=-dac_override,-dac_read_search')
MOUNT = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def run_read_only(
    script: str, folder: Path, *arguments: str, kind: str = 'permissions'
) -> subprocess.CompletedProcess[str]:
    """Run a Python script in a folder that is read-only meanwhile.

    Root ignores permissions, so it gives up this right, or the folder becomes a read-only mount.
    The test is skipped where this is not possible.
    """
    command = [sys.executable, '-B', '-c', script, *arguments]
    mode = folder.stat().st_mode
    if kind == 'file system':
        command = ['unshare', '-m', 'sh', '-c', MOUNT, str(folder), *command]
        if os.geteuid() or subprocess.run([*command[:6], 'true'], check=False).returncode:
            pytest.skip('file systems cannot be mounted')
    elif os.geteuid() == 0:
        command = [*WITHOUT_RIGHTS, *command]
        if shutil.which('setpriv') is None:
            pytest.skip('root cannot give up its rights without setpriv')
    if kind == 'permissions':
        folder.chmod(0o555)
    try:
        return subprocess.run(
            command, cwd=folder, env=tool_environment(), capture_output=True, text=True, check=False
        )
    finally:
        folder.chmod(mode)
