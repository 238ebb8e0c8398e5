import importlib
import sys

import pytest

from mmfer.moved_modules import MOVED, MovedModules, find_moved_modules


@pytest.mark.parametrize('name', MOVED)
def test_an_old_name_is_the_module_of_the_new_name(name: str):
    sys.modules.pop(f'mmfer.{name}', None)
    with pytest.warns(DeprecationWarning, match=f'mmfer.{name} is now mmfer.{MOVED[name]}'):
        old = importlib.import_module(f'mmfer.{name}')
    assert old is importlib.import_module(f'mmfer.{MOVED[name]}')


def test_other_names_are_still_unknown():
    with pytest.raises(ModuleNotFoundError, match='mmfer.faces.nowhere'):
        importlib.import_module('mmfer.faces.nowhere')


def test_the_finder_is_installed_once():
    find_moved_modules()
    assert sum(isinstance(finder, MovedModules) for finder in sys.meta_path) == 1
