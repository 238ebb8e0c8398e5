from pathlib import Path

import pytest

from mmfer.engine.configuration.config_source import (
    assignments,
    base_names,
    copy_with_values,
    parse,
    rebased,
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_bases_and_assignments_are_found(tmp_path: Path) -> None:
    path = write(tmp_path / 'a.py', "_base_ = ['b.py', 'mmpretrain::c.py']\na = 1\na: int = 2\n")
    tree = parse(path)
    assert base_names(tree) == ['b.py', 'mmpretrain::c.py']
    assert [name for name, _ in assignments(tree, {'a'})] == ['a', 'a']
    assert rebased(tree, 'd.py').startswith("_base_ = 'd.py'\n")
    assert base_names(parse(write(tmp_path / 'one.py', "_base_ = 'b.py'"))) == ['b.py']
    assert base_names(parse(write(tmp_path / 'none.py', 'a = 1'))) == []
    with pytest.raises(ValueError, match='_base_ must be written as'):
        base_names(parse(write(tmp_path / 'computed.py', "_base_ = 'b' + '.py'")))
    with pytest.raises(FileNotFoundError, match='No config at'):
        parse(tmp_path / 'nowhere.py')


def test_copies_have_the_new_values_in_every_file(tmp_path: Path) -> None:
    write(tmp_path / 'base' / 'b.py', 'a = 1\nb = a + 1\n')
    path = write(tmp_path / 'a.py', "_base_ = 'base/b.py'\na = 5\nc = {{_base_.b}}\n")
    copied = copy_with_values(path, {'a': 'x'}, tmp_path / 'copies')
    assert copied.name == 'a.py' and copied.parent == tmp_path / 'copies'
    text = copied.read_text()
    assert "a = 'x'" in text and 'c = {{_base_.b}}' in text
    (base,) = base_names(parse(copied))
    assert Path(base).read_text() == "a = 'x'\nb = a + 1"
