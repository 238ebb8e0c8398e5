"""The start of ranks without a GPU."""

import subprocess
import sys
from pathlib import Path

import pytest
from torch import distributed

from mmfer.engine.distributed import _slurm_environment, init_cpu_ranks
from tests.helpers import tool_environment

# The functions of atexit run last in, first out.
RANK = """
import atexit
from pathlib import Path
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from mmfer.engine.distributed import init_cpu_ranks

def left():
    names = [path.read_text().strip() for path in Path('/proc/self/task').glob('*/comm')]
    threads = [name for name in names if 'gloo' in name]
    print('a group at the end:', distributed.is_initialized(), threads)

atexit.register(left)
init_cpu_ranks('pytorch')
assert distributed.is_initialized()
model = DistributedDataParallel(nn.Linear(2, 2))
model.cycle = [model]  # as in a runner, whose hooks know it
del model
"""


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    for name in ('RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT', 'SLURM_PROCID'):
        monkeypatch.delenv(name, raising=False)


def test_without_a_launcher_nothing_is_started(no_gpu: None) -> None:
    init_cpu_ranks('none')
    assert not distributed.is_initialized()


@pytest.mark.parametrize(
    ('launcher', 'script'), [('pytorch', 'dist_train'), ('slurm', 'slurm_train')]
)
def test_a_missing_launcher_is_an_error(no_gpu: None, launcher: str, script: str) -> None:
    with pytest.raises(ValueError, match=rf'--launcher {launcher}.*tools/{script}\.sh'):
        init_cpu_ranks(launcher)


def test_slurm(no_gpu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    task = {'PROCID': '3', 'LOCALID': '1', 'NTASKS': '4', 'NODELIST': 'node[01-02]'}
    for name, value in task.items():
        monkeypatch.setenv(f'SLURM_{name}', value)
    hosts = subprocess.CompletedProcess([], 0, stdout='node01\nnode02\n')
    monkeypatch.setattr(subprocess, 'run', lambda *args, **options: hosts)
    assert _slurm_environment() == {
        'RANK': '3',
        'LOCAL_RANK': '1',
        'WORLD_SIZE': '4',
        'MASTER_ADDR': 'node01',
        'MASTER_PORT': '29500',
    }


def test_gloo_group_of_one(no_gpu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {'RANK': '0', 'WORLD_SIZE': '1', 'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': '0'}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    init_cpu_ranks('pytorch')
    try:
        assert distributed.get_backend() == 'gloo'
        init_cpu_ranks('pytorch')  # a group that is there is left alone
    finally:
        distributed.destroy_process_group()


def test_no_thread_of_gloo_outlives_the_interpreter(tmp_path: Path) -> None:
    # A thread that frees a tensor while the interpreter shuts down aborts the rank.
    rank = {'RANK': '0', 'WORLD_SIZE': '1', 'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': '0'}
    ended = subprocess.run(
        [sys.executable, '-c', RANK],
        env=tool_environment(tmp_path) | rank | {'CUDA_VISIBLE_DEVICES': ''},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == 'a group at the end: False []\n'
