import sys

import pytest

from tests.tools.rald import run_main


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(SystemExit, match=r'needs the package gradio.*pip install "mmfer\[demo\]"'):
        run_main(monkeypatch, 'demo.py')


def test_an_unknown_model_is_a_message(monkeypatch):
    with pytest.raises(SystemExit, match='No shipped model is named "none_of_these"'):
        run_main(monkeypatch, 'demo.py', '--models', 'none_of_these')
