"""The first lines of Python in README.md give the answer that README.md shows."""

import re

import pytest

from tests.helpers import ROOT


def test_six_lines_give_the_right_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    code, shown = re.search(r'```python\n(.*?)```\n\n```\n(.*?)```', text, re.DOTALL).groups()
    assert len([line for line in code.splitlines() if line]) <= 6
    monkeypatch.chdir(ROOT)
    exec(compile(code, 'README.md', 'exec'), {})
    assert capsys.readouterr().out.splitlines()[-1] == shown.strip()
    assert shown.startswith('happiness')
