"""Failing plugins are skipped completely; loaded plugins count as code of mmfer."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

from mmfer import plugins
from mmfer.engine.cli import user_message
from mmfer.engine.configuration.overrides import read_config
from mmfer.registry import MODELS, register_all_modules
from tests.helpers import write_config

NORM = """
import torch
from mmfer.registry import MODELS

@MODELS.register_module()
class {name}(torch.nn.Module):
    def __init__(self, size=1):
        super().__init__()
        if size < 1:
            raise ValueError('size must be at least 1')
"""


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own plugins."""
    register_all_modules()
    monkeypatch.setattr(plugins, '_skipped', {})
    monkeypatch.setattr(plugins, '_places', [])


def install(name: str, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a plugin of one module as the only plugin."""
    (folder / f'{name}.py').write_text(code)
    monkeypatch.syspath_prepend(str(folder))
    entry = importlib.metadata.EntryPoint('mine', name, plugins.PLUGIN_GROUP)
    monkeypatch.setattr(plugins, 'entry_points', lambda group: [entry])


@pytest.mark.parametrize(
    ('end', 'said'),
    [
        ('import no_such_module', 'ModuleNotFoundError: No module named'),
        ('raise SystemExit(0)', 'SystemExit: 0'),
        (
            'import argparse; p = argparse.ArgumentParser(); p.add_argument("x"); p.parse_args()',
            'E',
        ),
    ],
)
def test_a_plugin_that_fails_leaves_nothing_behind(
    end: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install('failing', NORM.format(name='Lost') + end, tmp_path, monkeypatch)
    monkeypatch.delitem(sys.modules, 'failing', raising=False)
    with pytest.warns(UserWarning, match=rf'plugin "mine" \(failing\) is skipped: \w*{said}'):
        register_all_modules()
    assert MODELS.get('Lost') is None
    register_all_modules()
    assert len(plugins.skipped_plugins()) == 1


def test_a_plugin_sees_no_arguments_of_the_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, 'argv', ['train.py', 'config.py'])
    code = 'import argparse; argparse.ArgumentParser().parse_args()' + NORM.format(name='Parsed')
    install('parsing', code, tmp_path, monkeypatch)
    register_all_modules()
    assert MODELS.get('Parsed') is not None and sys.argv == ['train.py', 'config.py']
    MODELS._module_dict.pop('Parsed')


@pytest.mark.parametrize(
    ('registry', 'force'), [('mmfer.registry', False), ('mmpretrain.registry', True)]
)
def test_a_plugin_cannot_take_a_name(
    registry: str, force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = MODELS.get('ResNet')
    code = NORM.format(name='ResNet').replace('mmfer.registry', registry)
    code = code.replace('register_module()', f'register_module(force={force})')
    install(f'taking_{registry.partition(".")[0]}', code, tmp_path, monkeypatch)
    said = r'the name "ResNet" of its taking_\w+.ResNet belongs to mmpretrain\.'
    with pytest.warns(UserWarning, match=said):
        register_all_modules()
    assert MODELS.get('ResNet') is owner


def test_errors_in_a_plugin_are_messages_for_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install('strict', NORM.format(name='Strict'), tmp_path, monkeypatch)
    register_all_modules()
    with pytest.raises(ValueError, match='size must be') as caught:
        MODELS.build(dict(type='Strict', size=0))
    assert 'size must be at least 1' in str(user_message(caught.value, 'train.py'))
    MODELS._module_dict.pop('Strict')


def test_the_message_about_an_unknown_component_names_the_plugins_that_were_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install('broken', 'raise OSError("no driver")', tmp_path, monkeypatch)
    with pytest.warns(UserWarning, match='no driver'):
        register_all_modules()
    with pytest.raises(KeyError) as caught:
        MODELS.build(dict(type='FromThePlugin'))
    message = user_message(caught.value, 'train.py')
    assert message is not None
    skipped = 'The plugin "mine" (broken) is skipped: OSError: no driver.'
    assert message.splitlines()[-1] == skipped
    config = write_config(tmp_path / 'tiny.py', tmp_path)
    with pytest.raises(ValueError, match='no component has the name') as refused:
        read_config(config, {'model.neck.type': 'FromThePlugin'})
    assert str(user_message(refused.value, 'train.py')).splitlines()[-1] == skipped
