import json
import re

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
    assert contexts == [['plain', '-'], ['small_rald', 'support'], ['small_rald', 'self']]
    results = json.loads((out / 'results.json').read_text())
    assert 0 <= results['small_rald']['self'][0]['accuracy'] <= 100
    logs = {path: path.stat().st_mtime_ns for path in out.rglob('output.txt')}
    assert len(logs) == 2
    run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)
    assert {path: path.stat().st_mtime_ns for path in logs} == logs
