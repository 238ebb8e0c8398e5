from pathlib import Path

import pytest

from mmfer.datasets.reader_facts import ReaderFacts


class Facts(ReaderFacts):
    NAME, ASK = 'Faces', 'ask Ann.'
    LAYOUTS = ('{split}/{a,b}.jpg',)


def test_the_message_names_the_part(tmp_path: Path) -> None:
    facts = Facts()
    facts.root = tmp_path / 'no'
    with pytest.raises(FileNotFoundError, match='The data set Faces was not found') as caught:
        facts.check_root()
    assert f'{facts.root}/{{split}}/{{a,b}}.jpg' in str(caught.value)
    assert f'{facts.root}/val/{{a,b}}.jpg' in str(facts.missing('val/', 'val'))
    facts.root = tmp_path
    facts.check_root()
    assert f'{tmp_path} has no val/' in str(facts.missing('val/', 'val'))


def test_the_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('HOME', str(tmp_path))
    assert Facts.root_of('~/faces') == tmp_path / 'faces'
    assert Facts.root_of('.') == Path('.')
    for empty in ('', '  '):
        with pytest.raises(ValueError, match=r'Facts\(data_root='):
            Facts.root_of(empty)


def test_the_missing_fact_is_named() -> None:
    Facts.check_facts()
    with pytest.raises(ValueError, match='The reader Bare lacks NAME, LAYOUTS, ASK'):
        type('Bare', (ReaderFacts,), {}).check_facts()
