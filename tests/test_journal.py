import json
import os

import pytest

import mmfer.journal
from mmfer.journal import Journal


def test_a_journal_is_continued(tmp_path):
    path = tmp_path / 'new' / 'rows.jsonl'
    journal = Journal(path, {'a': 1})
    journal.add({'name': 'x'})
    journal.add({'name': 'y'})
    again = Journal(path, {'a': 1})
    assert again.rows == [{'name': 'x'}, {'name': 'y'}]
    again.add({'name': 'z'})
    assert [json.loads(line).get('name') for line in path.read_text().splitlines()] == [
        None,
        'x',
        'y',
        'z',
    ]
    again.remove()
    assert not path.exists()
    again.remove()


@pytest.mark.parametrize('cut', [1, 5, 12])
def test_an_incomplete_last_line_is_removed(tmp_path, cut):
    journal = Journal(tmp_path / 'rows.jsonl', {})
    journal.add({'name': 'x'})
    journal.add({'name': 'y'})
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    again = Journal(journal.path, {})
    assert again.rows == [{'name': 'x'}]
    again.add({'name': 'y'})
    assert journal.path.read_bytes() == whole


def test_other_options_are_refused_or_restart(tmp_path):
    Journal(tmp_path / 'rows.jsonl', {'a': 1, 'b': 2}).add({'name': 'x'})
    with pytest.raises(ValueError, match='1 results .* a was 1 and is 3'):
        Journal(tmp_path / 'rows.jsonl', {'a': 3, 'b': 2})
    assert Journal(tmp_path / 'rows.jsonl', {'a': 3, 'b': 2}, anew=True).rows == []
    assert Journal(tmp_path / 'rows.jsonl', {'a': 3, 'b': 2}).rows == []


def test_equal_options_continue_even_if_a_restart_is_allowed(tmp_path):
    Journal(tmp_path / 'rows.jsonl', {'a': 1}).add({'name': 'x'})
    assert Journal(tmp_path / 'rows.jsonl', {'a': 1}, anew=True).rows == [{'name': 'x'}]


@pytest.mark.parametrize('content', ['{}\nrubbish\n', '3\n', '{}\nnull\n'])
def test_a_damaged_journal_is_refused(tmp_path, content):
    (tmp_path / 'rows.jsonl').write_text(content)
    with pytest.raises(ValueError, match='damaged'):
        Journal(tmp_path / 'rows.jsonl', {})


def test_rows_of_another_form_are_located(tmp_path):
    path = tmp_path / 'a.jsonl'
    path.write_text('{"seed": 0}\n{"name": "a"}\n{"name": 3}\n')
    with pytest.raises(ValueError, match=r'a\.jsonl", result 2, \[...\]: expected str, got int'):
        Journal(path, {'seed': 0}, form=dict[str, str])


def test_a_journal_works_without_options(tmp_path):
    path = tmp_path / 'new' / 'rows.jsonl'
    journal = Journal(path)
    assert journal.rows == [] and not path.exists()
    journal.add({'name': 'x'})
    path.write_bytes(path.read_bytes() + b'{"name": "y')
    again = Journal(path)
    assert again.rows == [{'name': 'x'}]
    again.add({'name': 'y'})
    assert path.read_text() == '{"name": "x"}\n{"name": "y"}\n'


def test_a_pipe_is_no_journal(tmp_path):
    os.mkfifo(tmp_path / 'rows.jsonl')
    with pytest.raises(ValueError, match=r'rows\.jsonl" is a pipe'):
        Journal(tmp_path / 'rows.jsonl', {})


def test_the_length_of_a_line_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(mmfer.journal, 'LONGEST_RESULT', 20)
    (tmp_path / 'rows.jsonl').write_bytes(b'{}\n' + bytes(30))
    with pytest.raises(ValueError, match=r'rows\.jsonl, line 2 has more than 20'):
        Journal(tmp_path / 'rows.jsonl', {})
