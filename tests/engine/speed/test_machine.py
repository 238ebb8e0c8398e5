"""What is told about the machine, and when it is called busy."""

import json
from pathlib import Path

import pytest

from mmfer.engine.speed import machine as module
from mmfer.engine.speed.machine import Machine, busy_warning
from mmfer.engine.speed.turns import Speed


def test_the_line_names_what_speed_depends_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / 'cpuinfo'
    file.write_text(
        'model name\t: Some CPU\nflags\t\t: sse avx512_vnni amx_tile\n\nmodel name: b\n'
    )
    monkeypatch.setattr(module, 'CPU_FILE', file)
    monkeypatch.setattr(module, 'cpu_has_bfloat16', lambda: True)
    monkeypatch.setattr(module.os, 'getloadavg', lambda: (1.234, 0, 0), raising=False)
    monkeypatch.setattr(module, 'PACKAGES', ('numpy', 'not-installed-anywhere'))
    found = Machine.here()
    line = str(found)
    assert line.startswith('Some CPU, ') and 'BF16 VNNI AMX' in line and 'load 1.23' in line
    assert 'numpy ' in line and 'not-installed' not in line and 'None' not in line
    assert json.loads(json.dumps(found.as_dict()))['units'][1:] == ['BF16', 'VNNI', 'AMX']


def test_a_system_without_the_file_and_without_a_load(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, 'CPU_FILE', tmp_path / 'missing')
    monkeypatch.delattr(module.os, 'getloadavg', raising=False)
    found = Machine.here()
    assert found.cpu and found.load is None and 'load' not in str(found)


def test_busy_is_a_thread_that_waited() -> None:
    calm, busy = Speed([1], [1], 0.99), Speed([1], [1], 0.5)
    assert busy_warning([calm, calm]) is None and busy_warning([]) is None
    assert 'only 50% of its time' in str(busy_warning([calm, busy]))
    assert '--cpu-time' in str(busy_warning([busy]))
    assert 'CPU time was counted' in str(busy_warning([busy], cpu_time=True))
