"""The command ``mmfer``."""

import ast
import re
import sys
from pathlib import Path

import pytest

from mmfer.commands import TOOLS, main
from mmfer.version import __version__
from tests.helpers import ROOT


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """The exit code of a command, or the message with which it ends."""
    monkeypatch.setattr(sys, 'argv', ['mmfer', *arguments])
    try:
        main()
    except SystemExit as end:
        return end.code
    return 0


@pytest.mark.parametrize('name', TOOLS)
def test_every_command_has_a_script_and_shows_its_options(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (ROOT / 'tools' / TOOLS[name][0]).is_file()
    assert run(monkeypatch, name, '--help') == 0
    assert capsys.readouterr().out.startswith(f'usage: mmfer {name} ')


@pytest.mark.parametrize('path', sorted((ROOT / 'tools').rglob('*.py')), ids=lambda p: p.stem)
def test_examples_in_the_help_keep_their_lines(path: Path) -> None:
    docstring = path.read_text(encoding='utf-8').split('"""')[1]
    joined = re.findall(r'(?<!\\)\\\n', docstring)  # one backslash joins a line with the next
    assert not joined


NO_COMMAND = {
    'dist_train.sh',
    'misc/build_head_pack.py',
    'misc/convert_landmarker_weights.py',
    'misc/convert_word_vectors.py',
    'misc/make_support_set.py',
    'misc/publish_model.py',
    'pack_shards.py',
    'slurm_train.sh',
}
"""Scripts that messages may name, because no command runs them."""


def test_messages_name_commands_instead_of_scripts() -> None:
    """An installed package has no folder ``tools``."""
    named: dict[str, str] = {}
    for path in sorted((ROOT / 'mmfer').rglob('*.py')):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding='utf-8'))))
        notes = {id(n.value) for n in nodes if isinstance(n, ast.Expr)}  # docstrings
        for node in nodes:
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in notes:
                scripts = re.findall(r'(?<!\w)tools/([\w/]+\.(?:py|sh))', text)
                named |= dict.fromkeys(scripts, f'{path.relative_to(ROOT)}:{node.lineno}')
    assert {script: where for script, where in named.items() if script not in NO_COMMAND} == {}
    assert named.keys() == NO_COMMAND
    assert not NO_COMMAND & {script for script, _ in TOOLS.values()}
    assert all((ROOT / 'tools' / script).is_file() for script in NO_COMMAND)


@pytest.mark.parametrize('arguments', [(), ('--help',), ('help',)])
def test_help_lists_all_commands(
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, *arguments) == 0
    said = capsys.readouterr().out
    assert all(f'  {name} ' in said for name in (*TOOLS, 'list', 'doctor'))


def test_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, '--version') == 0
    assert capsys.readouterr().out == f'mmfer {__version__}\n'


def test_lists(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, 'list', 'models') == 0
    assert capsys.readouterr().out.splitlines()[0] == 'efficientnet-lite0_ferplus'
    assert run(monkeypatch, 'list') == 0
    assert 'rald/rald_r18_fgemotions.py' in capsys.readouterr().out.splitlines()
    assert 'usage: mmfer list' in str(run(monkeypatch, 'list', 'faces'))


def test_an_unknown_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(run(monkeypatch, 'smile')).startswith('mmfer has no command "smile".')


def test_errors_of_a_tool_are_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(monkeypatch, 'test', 'no_such_config', 'no.pth')
    assert str(said).startswith('Error: No config at "no_such_config".')
