import re

import pytest
from PIL import Image

from tests.tools.rald import run_main


def test_every_image_is_in_one_group(small_rald, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'cases.png'
    pair = [small_rald.config, small_rald.checkpoint]
    arguments = ['--model', *pair, '--baseline', *pair, '--out', out, '--num', 2]
    run_main(monkeypatch, 'analysis_tools/compare_cases.py', *arguments)
    counts = re.findall(r'(both \w+) \((\d+) of 33\)', capsys.readouterr().out)
    assert sum(int(n) for _, n in counts) == 33
    assert Image.open(out).size[0] > 300


def test_models_of_different_data_are_refused(small_rald, tmp_path, monkeypatch):
    other = tmp_path / 'other.py'
    lines = 'test_dataloader = dict(dataset=dict(indices=20))\n'
    other.write_text(f"_base_ = r'{small_rald.config}'\n{lines}")
    arguments = ['--out', tmp_path / 'out.png']
    for name, config in (('--model', small_rald.config), ('--baseline', other)):
        arguments += [name, config, small_rald.checkpoint]
    with pytest.raises(SystemExit, match='have different images'):
        run_main(monkeypatch, 'analysis_tools/compare_cases.py', *arguments)
