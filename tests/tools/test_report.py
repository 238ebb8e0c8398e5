from pathlib import Path

import pytest

from tests.pages.conftest import tested  # noqa: F401  (a fixture)
from tests.tools.rald import run_main

TOOL = 'analysis_tools/report.py'


def test_writes_a_page(tested, tmp_path: Path, monkeypatch, capsys):  # noqa: F811
    out = tmp_path / 'page.html'
    arguments = [tested.config, tested.checkpoint, '--predictions', tested.dump, '--no-faces']
    run_main(monkeypatch, TOOL, *arguments, '--draws', 5, '--out', out)
    said = capsys.readouterr().out
    assert 'mean class accuracy' in said and said.endswith(f'Page: {out}\n')
    assert '<h2>Confusion matrix</h2>' in out.read_text(encoding='utf-8')


def test_another_format_is_refused(tested, monkeypatch):  # noqa: F811
    with pytest.raises(SystemExit, match='the page is HTML'):
        run_main(monkeypatch, TOOL, tested.config, tested.checkpoint, '--out', 'report.pdf')
