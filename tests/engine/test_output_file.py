"""Paths of results, checked before the work."""

import argparse
import ast
from pathlib import Path

import pytest

from mmfer.engine.cli import figure_file, friendly_errors, output_file
from tests.helpers import ROOT


def test_the_file_of_results_is_checked_before_the_work(tmp_path: Path) -> None:
    assert output_file(str(tmp_path / 'new' / 'a.json')) == tmp_path / 'new' / 'a.json'
    assert not list((tmp_path / 'new').iterdir())
    (tmp_path / 'file').write_text('kept')

    def answer(text: str) -> str:
        @friendly_errors
        def main() -> None:
            output_file(text)

        with pytest.raises(SystemExit) as stopped:
            main()
        return str(stopped.value.code)

    assert answer(str(tmp_path)) == f'Error: Is a directory: "{tmp_path}". Give the path of a file.'
    assert f'{tmp_path / "file" / "a.json"} cannot be written' in answer(f'{tmp_path}/file/a.json')
    with pytest.raises(argparse.ArgumentTypeError, match='the path is empty'):
        output_file('')


def test_the_suffix_of_a_figure_is_checked_before_the_work(tmp_path: Path) -> None:
    assert figure_file(str(tmp_path / 'a.PNG')) == tmp_path / 'a.PNG'
    for name in ('a.xyz', 'a', 'png', ''):
        with pytest.raises(argparse.ArgumentTypeError, match='the name ends in|is empty'):
            figure_file(name)
    with pytest.raises(IsADirectoryError):
        (tmp_path / 'b.png').mkdir()
        figure_file(str(tmp_path / 'b.png'))


OUTPUTS = {'out', '--out', '--out-dir', '--work-dir', '--dump', '--json', '--show-dir', '--plot'}


@pytest.mark.parametrize('tool', sorted((ROOT / 'tools').rglob('*.py')), ids=lambda p: p.stem)
def test_tools_check_the_paths_of_their_results(tool: Path) -> None:
    for call in ast.walk(ast.parse(tool.read_text())):
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != 'parser.add_argument':
            continue
        names = {arg.value for arg in call.args if isinstance(arg, ast.Constant)}
        kinds = {ast.unparse(word.value) for word in call.keywords if word.arg == 'type'}
        flag = any(word.arg == 'action' for word in call.keywords)
        if names & OUTPUTS and not flag:
            assert kinds & {'figure_file', 'given_path', 'output_file'}, (
                f'{names}: type={kinds or None}'
            )
