"""Errors of users and errors of mmfer."""

import argparse

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.cli import add_config_options, friendly_errors, user_message
from mmfer.engine.training import build_runner

MISSING = 'No checkpoint at "nowhere.pth". Give the path or the http(s):// address of a .pth file.'


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


def config_options(*arguments: str) -> dict:
    parser = argparse.ArgumentParser()
    add_config_options(parser)
    return parser.parse_args(['--cfg-options', *arguments]).cfg_options


def test_config_options_are_parsed() -> None:
    options = config_options(
        'a=1', 'b=0.5', 'c=true', 'd=None', 'e=a=b', 'f=1,2', 'g=[(1, 2), x]', 'h=()', 'i='
    )
    assert options == dict(
        a=1, b=0.5, c=True, d=None, e='a=b', f=[1, 2], g=[(1, 2), 'x'], h=(), i=''
    )


def test_spaces_inside_values_are_kept() -> None:
    options = config_options('a=my own faces', 'b=[not sure, happy , 3]', "c='quoted blank'")
    assert options == dict(a='my own faces', b=['not sure', 'happy', 3], c='quoted blank')
    options = config_options(
        'a=data (1)/my faces', "b='one, two'", 'c=[ (1, 2) , [a (b), c d] ]', 'd=x , y z', 'e="[1]"'
    )
    assert options == dict(
        a='data (1)/my faces',
        b='one, two',
        c=[(1, 2), ['a (b)', 'c d']],
        d=['x', 'y z'],
        e='[1]',
    )


@pytest.mark.parametrize(
    ('argument', 'message'),
    [
        ('epochs', '"epochs" is not KEY=VALUE'),
        ('=5', '"=5" is not KEY=VALUE'),
        ('a=[1,(2]', 'brackets of "a=[1,(2]" are not balanced'),
    ],
)
def test_options_that_cannot_be_parsed_are_refused(
    argument: str, message: str, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit):
        config_options(argument)
    assert message in capsys.readouterr().err
