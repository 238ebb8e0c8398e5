"""Configs and tools that come with mmfer."""

from pathlib import Path

import pytest

from mmfer import resources as module
from mmfer.engine import load_config
from mmfer.resources import find_config, list_configs, resources
from tests.helpers import ROOT

RALD = 'rald/rald_r18_fgemotions.py'


def test_a_checkout_has_them_at_its_top() -> None:
    assert resources() == ROOT
    assert RALD in list_configs() and not any('_base_' in name for name in list_configs())


@pytest.mark.parametrize('name', [RALD, f'configs/{RALD}', RALD[:-3], 'rald_r18_fgemotions'])
def test_shipped_configs_are_found_from_any_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(name) == ROOT / 'configs' / RALD
    assert load_config(name).model.type == 'ImageClassifier'


def test_a_file_of_the_user_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path('rald_r18_fgemotions').write_text('')
    assert find_config('rald_r18_fgemotions') == Path('rald_r18_fgemotions')


def test_unknown_and_ambiguous_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError, match='No config at "rald_r99".*mmfer list configs'):
        find_config('rald_r99')
    for folder in ('_base_', 'one', 'two'):
        (tmp_path / 'configs' / folder).mkdir(parents=True)
    for name in ('_base_/default_runtime.py', 'one/same.py', 'two/same.py'):
        (tmp_path / 'configs' / name).touch()
    monkeypatch.setattr(module, '__file__', str(tmp_path / 'mmfer' / 'resources.py'))
    with pytest.raises(FileNotFoundError, match='one/same.py, two/same.py'):
        find_config('same')


def test_a_package_without_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, '__file__', str(tmp_path / 'mmfer' / 'resources.py'))
    with pytest.raises(FileNotFoundError, match='Install mmfer again'):
        resources()
