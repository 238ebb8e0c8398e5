"""Values of --cfg-options."""

import argparse

import pytest

from mmfer.engine.cli import add_config_options


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


def test_dictionaries_are_read_as_in_a_config() -> None:
    options = config_options(
        "a=[dict(type='Loss', sizes=[1, 2]), dict(b=None)]", "b={'c d': 0.5}", 'c=dict(type=Loss)'
    )
    assert options == dict(
        a=[dict(type='Loss', sizes=[1, 2]), dict(b=None)], b={'c d': 0.5}, c=dict(type='Loss')
    )
    texts = dict(a='runs/{seed}/last.pth', b='my dict(1)/faces', c='{a}/{b}')
    assert config_options(*(f'{key}={text}' for key, text in texts.items())) == texts


@pytest.mark.parametrize(
    ('argument', 'message'),
    [
        ('epochs', '"epochs" is not KEY=VALUE'),
        ('=5', '"=5" is not KEY=VALUE'),
        ('a=[dict(b=1]', 'is not complete. Write a dictionary as in a config'),
        ('a=[1,(2]', 'brackets of "a=[1,(2]" are not balanced'),
    ],
)
def test_options_that_cannot_be_parsed_are_refused(
    argument: str, message: str, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit):
        config_options(argument)
    assert message in capsys.readouterr().err
