"""The machine that measures, and whether other work disturbs it."""

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from mmfer.engine.cpu_amp import cpu_has_bfloat16
from mmfer.engine.speed.turns import Speed

CPU_FILE = Path('/proc/cpuinfo')
UNITS = {'VNNI': ('avx512_vnni', 'avx_vnni'), 'AMX': ('amx_tile',)}
PACKAGES = ('mmengine', 'mmpretrain', 'onnxruntime', 'timm')
BUSY = 0.9
"""A thread that ran for a smaller share of the measured time waited for other work."""


@dataclass(frozen=True)
class Machine:
    """What the speed of a measurement depends on besides the code."""

    cpu: str
    cores: int
    threads: int
    """Threads of PyTorch in one operator."""
    units: list[str]
    """What the CPU can do: the widest vectors that PyTorch uses, BF16, VNNI, AMX."""
    gpu: str | None
    versions: dict[str, str]
    date: str
    load: float | None
    """Mean number of running processes in the last minute, this one included; None on Windows."""

    @classmethod
    def here(cls) -> 'Machine':
        """This machine, now."""
        name, flags = _cpu_file()
        units = [torch.backends.cpu.get_cpu_capability()]
        units += ['BF16'] if cpu_has_bfloat16() else []
        units += [unit for unit, marks in UNITS.items() if flags.intersection(marks)]
        return cls(
            name or platform.processor() or platform.machine(),
            os.cpu_count() or 1,
            torch.get_num_threads(),
            units,
            torch.cuda.get_device_name() if torch.cuda.is_available() else None,
            _versions(),
            f'{datetime.now():%Y-%m-%d}',
            round(os.getloadavg()[0], 2) if hasattr(os, 'getloadavg') else None,
        )

    def __str__(self) -> str:
        parts = [self.cpu, f'{self.cores} cores', f'{self.threads} threads', ' '.join(self.units)]
        parts += [self.gpu] if self.gpu else []
        parts += [f'{name} {number}' for name, number in self.versions.items()]
        parts += [self.date, *([] if self.load is None else [f'load {self.load:.2f}'])]
        return ', '.join(parts)

    def as_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def busy_warning(speeds: Iterable[Speed], cpu_time: bool = False) -> str | None:
    """A sentence if other work disturbed the measurement; None if not.

    What counts is the share of the measured time in which the measuring thread ran. The load of
    the machine does not: it follows with a delay of a minute, counts this process and its threads,
    and is missing on Windows. The time of all threads does not either: it exceeds the time on the
    clock, by how much depends on the model. A step that waits by itself, for a disk or for
    processes that read images, gives no share.

    Args:
        speeds: What was measured.
        cpu_time: Whether CPU time was counted.
    """
    shares = [speed.ran for speed in speeds]
    if not shares or (share := min(shares)) >= BUSY:
        return None
    message = f'The machine is busy: a step ran for only {share:.0%} of its time.'
    if cpu_time:
        return f'{message} CPU time was counted, but caches and memory were shared.'
    return f'{message} Trust the ratios more than the speeds, or add --cpu-time with one thread.'


def _cpu_file() -> tuple[str, set[str]]:
    """Name and flags of the CPU, where Linux lists them."""
    if not CPU_FILE.is_file():
        return '', set()
    found: dict[str, str] = {}
    for line in CPU_FILE.read_text(encoding='utf-8', errors='replace').splitlines():
        key, _, value = line.partition(':')
        found.setdefault(key.strip(), value.strip())
    return found.get('model name', ''), set(found.get('flags', '').split())


def _versions() -> dict[str, str]:
    found = {'Python': platform.python_version(), 'PyTorch': torch.__version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
