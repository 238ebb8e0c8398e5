"""The images that predictions wrote are known by their results."""

import json
from pathlib import Path

import pytest

from mmfer.faces.annotated_copies import annotated_copies


def test_finished_and_unfinished_results_name_their_copies(tmp_path: Path) -> None:
    assert annotated_copies(tmp_path) == set()
    (tmp_path / 'results.json').write_text(json.dumps({'results': [], 'annotated': ['a.jpg']}))
    lines = [{'config': None}, {'annotated': ['b.jpg'], 'result': {}}]
    (tmp_path / 'results.jsonl').write_text('\n'.join(map(json.dumps, lines)) + '\n{"annot')
    assert annotated_copies(tmp_path) == {'a.jpg', 'b.jpg'}


def test_the_result_of_a_large_crowd_is_read(tmp_path: Path) -> None:
    lines = [{'annotated': ['a.jpg'], 'result': ' ' * 2**21}, {'annotated': ['b.jpg']}]
    (tmp_path / 'results.jsonl').write_text('\n'.join(map(json.dumps, lines)) + '\n')
    assert annotated_copies(tmp_path) == {'a.jpg', 'b.jpg'}


@pytest.mark.parametrize('content', ['', '[]', '{"annotated": 3}', '{"annotated": [1]}', '\xff'])
def test_results_of_other_programs_name_none(tmp_path: Path, content: str) -> None:
    (tmp_path / 'results.json').write_text(content, encoding='latin-1')
    assert annotated_copies(tmp_path) == set()
