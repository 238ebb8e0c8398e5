"""Initialization of distributed runs on machines without a GPU."""

import atexit
import gc
import os
import subprocess

import torch
from torch import distributed


def _slurm_environment() -> dict[str, str]:
    hosts = subprocess.run(
        ['scontrol', 'show', 'hostnames', os.environ['SLURM_NODELIST']],
        check=True,
        capture_output=True,
        text=True,
    )
    return {
        'RANK': os.environ['SLURM_PROCID'],
        'LOCAL_RANK': os.environ['SLURM_LOCALID'],
        'WORLD_SIZE': os.environ['SLURM_NTASKS'],
        'MASTER_ADDR': hosts.stdout.split()[0],
        'MASTER_PORT': '29500',
    }


def _leave_cpu_ranks() -> None:
    """End the threads of the process group while Python still runs.

    A thread of gloo that frees a tensor while the interpreter shuts down would abort the process.
    The threads end with the last reference to the group; a runner has one, and is in a cycle.
    """
    if distributed.is_initialized():
        distributed.destroy_process_group()
        gc.collect()


def init_cpu_ranks(launcher: str) -> None:
    """Join a gloo process group if this process is a rank of a run on CPUs.

    The initialization of mmengine requires a GPU, but does not replace an existing process group.
    With a GPU, or without a launcher, this function does nothing.

    Raises:
        ValueError: If environment variables of the launcher are missing.
    """
    if launcher == 'none' or torch.cuda.is_available() or distributed.is_initialized():
        return
    needed = 'SLURM_PROCID' if launcher == 'slurm' else 'RANK'
    if needed not in os.environ:
        script = 'tools/slurm_train.sh' if launcher == 'slurm' else 'tools/dist_train.sh'
        raise ValueError(
            f'--launcher {launcher}, but the environment has no {needed}. Start with {script}.'
        )
    if launcher == 'slurm':
        for name, value in _slurm_environment().items():
            os.environ.setdefault(name, value)
    distributed.init_process_group('gloo')
    atexit.register(_leave_cpu_ranks)
