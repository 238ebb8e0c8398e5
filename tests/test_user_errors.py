"""Errors of users and errors of mmfer."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.training import build_runner
from mmfer.registry import MODELS, register_all_modules
from mmfer.user_errors import friendly_errors, given_path, user_message
from tests.helpers import ROOT, tool_environment

MISSING = (
    'No checkpoint at "nowhere.pth". Give the path or the http(s):// address of a .pth file, or '
    'the name of a shipped model (see `mmfer list models`).'
)


class Unreadable(Dataset):
    def __init__(self, bug: bool) -> None:
        self.bug = bug

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> None:
        if self.bug:
            np.zeros(3).reshape(2)
        load_from_disk('nowhere.pth')


def test_a_user_error_gives_one_line(capsys: pytest.CaptureFixture) -> None:
    @friendly_errors
    def main() -> None:
        load_from_disk('nowhere.pth')

    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == f'Error: {MISSING}'


def test_the_error_of_a_tool_gives_one_line() -> None:
    @friendly_errors
    def main() -> None:
        raise ValueError('Give --tree.')

    with pytest.raises(SystemExit, match='Give --tree'):
        main()


def test_an_unknown_component_is_named() -> None:
    from mmfer.registry import MODELS, register_all_modules

    register_all_modules()
    with pytest.raises(KeyError) as caught:
        MODELS.build(dict(type='NoSuchNeck'))
    assert 'NoSuchNeck is not in' in (user_message(caught.value, 'tool.py') or '')


def test_bug_keeps_its_traceback() -> None:
    @friendly_errors
    def main() -> None:
        np.random.default_rng(0).integers(3, 1)  # numpy raises the ValueError

    with pytest.raises(ValueError, match='low >= high'):
        main()
    assert user_message(TypeError('a bug'), __file__) is None


def test_debug_shows_all_tracebacks(monkeypatch: pytest.MonkeyPatch) -> None:
    @friendly_errors
    def main() -> None:
        load_from_disk('nowhere.pth')

    monkeypatch.setenv('MMFER_DEBUG', '1')
    with pytest.raises(FileNotFoundError):
        main()


@pytest.mark.parametrize('bug', [False, True])
def test_error_in_a_worker(bug: bool) -> None:
    loader = DataLoader(Unreadable(bug), num_workers=1)
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        next(iter(loader))
    message = user_message(caught.value, 'tool.py')
    if bug:
        assert message is None
    else:
        assert message == MISSING


def test_an_interrupt_has_no_traceback() -> None:
    @friendly_errors
    def main() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 130


def test_a_missing_environment_of_a_launcher_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from mmengine.config import Config

    monkeypatch.delenv('RANK', raising=False)
    with pytest.raises(ValueError, match=r'--launcher pytorch.*tools/dist_train\.sh'):
        build_runner(Config({'launcher': 'pytorch'}))


@pytest.mark.parametrize(
    ('action', 'message'),
    [
        (lambda p: (p / 'file').mkdir(), 'File exists: ".*file". Give another path'),
        (lambda p: (p / 'file/below').mkdir(), 'Not a directory: ".*below". A part of the path'),
        (lambda p: p.write_text('x'), 'Is a directory: ".*". Give the path of a file'),
        (lambda p: (p / 'none/x').read_text(), 'No such file or directory: ".*x". Check the path'),
        (lambda p: np.save(p / ('x' * 300), 0), 'File name too long: .* Give a shorter path'),
    ],
)
def test_errors_of_the_file_system_are_one_message(
    tmp_path: Path, action: Callable[[Path], object], message: str
) -> None:
    (tmp_path / 'file').touch()

    @friendly_errors
    def main() -> None:
        action(tmp_path)

    with pytest.raises(SystemExit, match=message):
        main()


def test_a_full_disk_is_one_message() -> None:
    @friendly_errors
    def main() -> None:
        with open('/dev/full', 'w') as file:
            file.write('x')

    with pytest.raises(SystemExit, match='No space left on device. Free some space'):
        main()


def test_errors_of_connections_are_no_errors_of_the_user() -> None:
    assert user_message(ConnectionResetError(104, 'reset'), __file__) is None


def test_another_exit_code(capsys: pytest.CaptureFixture) -> None:
    def main() -> None:
        raise ValueError('Give --tree.')

    with pytest.raises(SystemExit) as stopped:
        friendly_errors(main, exit_code=2)()
    assert stopped.value.code == 2
    assert capsys.readouterr().err == 'Error: Give --tree.\n'


def test_an_empty_path_is_not_the_current_folder(capsys: pytest.CaptureFixture) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('out', type=given_path)
    assert parser.parse_args(['a b']).out == Path('a b')
    with pytest.raises(SystemExit):
        parser.parse_args([' '])
    assert 'the path is empty; "." is the current folder' in capsys.readouterr().err


def test_every_tool_reports_in_the_same_way() -> None:
    tools = [
        path for path in (ROOT / 'tools').rglob('*.py') if 'ArgumentParser' in path.read_text()
    ]
    assert len(tools) > 20
    for path in tools:
        text = path.read_text()
        assert 'friendly_errors' in text, path
        assert 'type=Path' not in text, path


def test_an_option_that_a_component_does_not_have_is_the_users_error() -> None:
    register_all_modules()
    with pytest.raises(TypeError) as caught:
        MODELS.build(dict(type='mmfer.CenterLoss', num_classes=2, in_channels=4, foo=1))
    said = user_message(caught.value, 'tools/train.py')
    assert said is not None and 'CenterLoss' in said and "'foo'" in said

    @friendly_errors
    def main() -> None:
        MODELS.build(dict(type='mmfer.CenterLoss', num_classes=2, in_channels=4, foo=1))

    with pytest.raises(SystemExit, match='Correct or remove this option'):
        main()


def test_another_type_error_is_a_bug() -> None:
    with pytest.raises(TypeError) as caught:
        len(3)  # type: ignore[arg-type]
    assert user_message(caught.value, 'tools/train.py') is None


def test_an_error_raised_beside_its_condition_is_the_users() -> None:
    @friendly_errors
    def main(width: int) -> None:
        if width < 1: raise ValueError('Give a width.')  # noqa: E701  # fmt: skip

    with pytest.raises(SystemExit, match='Give a width'):
        main(0)


def test_a_tool_ends_quietly_if_nobody_reads_its_output() -> None:
    code = """
from mmfer.user_errors import friendly_errors
@friendly_errors
def main():
    for _ in range(100_000):
        print('a line')
main()
"""
    command = f'{sys.executable} -c "$CODE" | head -n 1; echo "${{PIPESTATUS[0]}}"'
    environment = {**tool_environment(), 'CODE': code}
    done = subprocess.run(
        ['bash', '-c', command], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split('\n') == ['a line', '141', '']
    assert done.stderr == ''


def test_characters_that_the_output_cannot_show_are_escaped() -> None:
    done = subprocess.run(
        [sys.executable, '-c', 'from mmfer.user_errors import friendly_errors\n'
         'friendly_errors(lambda: print("\\xe4\\udce9"))()'],
        capture_output=True, text=True, env=tool_environment() | {'PYTHONIOENCODING': 'ascii'},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, '\\xe4\\udce9\n')
