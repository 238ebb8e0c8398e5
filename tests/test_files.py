import json
import os
from pathlib import Path

import pytest

from mmfer.files import write_atomically, write_json


def test_a_file_is_replaced_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'file'
    write_atomically(path, b'one')
    write_atomically(path, 'größer')
    assert path.read_bytes() == 'größer'.encode()
    assert [file.name for file in path.parent.iterdir()] == ['file']


def test_a_write_that_is_cut_short_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / 'results.json'
    write_json(path, {'accuracy': 50.0, 'auc': None})

    def killed(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, 'replace', killed)
    with pytest.raises(KeyboardInterrupt):
        write_json(path, {'accuracy': 60.0})
    assert json.loads(path.read_text()) == {'accuracy': 50.0, 'auc': None}
