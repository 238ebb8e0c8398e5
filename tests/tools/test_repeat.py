import json
import re
import runpy

import pytest

from tests.helpers import ROOT
from tests.tools.rald import run_main


def test_variants_are_trained_once_and_tested_in_their_contexts(
    small_rald, tmp_path, monkeypatch, capsys
):
    plain = tmp_path / 'plain.py'
    plain.write_text(
        f"_base_ = r'{small_rald.config}'\n"
        "model = dict(neck=dict(_delete_=True, type='GlobalAveragePooling'),\n"
        "    head=dict(_delete_=True, type='LinearClsHead', num_classes=33, in_channels=64))\n"
        'custom_hooks = []\n'
    )
    out = tmp_path / 'table'
    arguments = [small_rald.config, '--variants', plain, small_rald.config, '--seeds', 0]
    arguments += ['--contexts', 'support', 'self', '--out', out, '--jobs', 2]
    run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)
    rows = (out / 'table.md').read_text().splitlines()[2:]
    contexts = [re.split(r' *\| *', row)[1:3] for row in rows]
    numbers = [cell for row in rows for cell in re.split(r' *\| *', row)[4:7]]
    assert len(numbers) == 9 and all(0 <= float(number) <= 100 for number in numbers)
    assert contexts == [['plain', '-'], ['small_rald', 'support'], ['small_rald', 'self']]
    results = json.loads((out / 'results.json').read_text())
    assert 0 <= results['small_rald']['self'][0]['accuracy'] <= 100
    logs = {path: path.stat().st_mtime_ns for path in out.rglob('output.txt')}
    assert len(logs) == 2
    run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)
    assert {path: path.stat().st_mtime_ns for path in logs} == logs
    with pytest.raises(SystemExit, match='had another config'):
        other = [*arguments, '--cfg-options', 'optim_wrapper.optimizer.lr=0.5']
        run_main(monkeypatch, 'analysis_tools/repeat.py', *other)


def test_variants_of_one_name(small_rald, tmp_path, monkeypatch):
    (tmp_path / 'other').mkdir()
    twin = tmp_path / 'other' / small_rald.config.name
    twin.write_text(f"_base_ = r'{small_rald.config}'\n")
    arguments = [small_rald.config, '--variants', twin, small_rald.config, '--out', tmp_path]
    with pytest.raises(SystemExit, match='Two variants are named small_rald'):
        run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)


def test_table_has_mean_and_deviation_over_seeds():
    table = runpy.run_path(str(ROOT / 'tools' / 'analysis_tools' / 'repeat.py'))['table']
    runs = [{'mean_class_accuracy': 10.0 * i, 'accuracy': 1.0} for i in (1, 2, 6)]
    *_, row = table({'ours': {'support': runs}}).splitlines()
    assert row == '| ours | support | 3 | 1.00 ± 0.00 | 30.00 ± 26.46 | - |'
