import json
from pathlib import Path

import pytest

from mmfer.synthetic import record
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.renderer_version import PREDECESSORS

LAYOUT = build_layout('rafdb')


def _describe(**options):
    return record.describe(LAYOUT, Options.build('tiny', **options))


def test_a_new_folder_is_claimed_and_continued(tmp_path: Path):
    root = tmp_path / 'a' / 'b'
    record.claim_folder(root, _describe())
    record.claim_folder(root, _describe())
    written = json.loads((root / record.RECORD).read_text())
    assert written == {**_describe(), 'complete': False}


def test_other_options_are_refused_with_their_names(tmp_path: Path):
    record.claim_folder(tmp_path / 'x', _describe(seed=1))
    with pytest.raises(ValueError, match='other settings: seed was 1 and is 2; label_noise'):
        record.claim_folder(tmp_path / 'x', _describe(seed=2, label_noise=0.1))


def test_another_layout_is_refused(tmp_path: Path):
    record.claim_folder(tmp_path / 'x', _describe())
    other = record.describe(build_layout('fgemotions'), Options.build('tiny'))
    with pytest.raises(ValueError, match="layout was 'rafdb' and is 'fgemotions'"):
        record.claim_folder(tmp_path / 'x', other)


def test_a_folder_with_other_files_is_refused(tmp_path: Path):
    (tmp_path / 'holiday.jpg').touch()
    with pytest.raises(ValueError, match='not empty and holds no rendering.json'):
        record.claim_folder(tmp_path, _describe())
    assert not (tmp_path / record.RECORD).exists()


def test_a_file_is_refused(tmp_path: Path):
    (tmp_path / 'x').touch()
    with pytest.raises(ValueError, match='is a file'):
        record.claim_folder(tmp_path / 'x', _describe())


def test_a_broken_record_is_refused(tmp_path: Path):
    (tmp_path / record.RECORD).write_text('{')
    with pytest.raises(ValueError, match='is not JSON'):
        record.claim_folder(tmp_path, _describe())
    (tmp_path / record.RECORD).write_text('[1]')
    with pytest.raises(ValueError, match=r'rendering\.json": expected object, got array'):
        record.claim_folder(tmp_path, _describe())


@pytest.mark.parametrize('rows', ['', '3', '[{}]', '[{"image_id": "1"}]'])
def test_broken_truth_is_refused(tmp_path: Path, rows: str):
    (tmp_path / 'annotations').mkdir()
    record.sidecar_path(tmp_path, 'train').write_text(f'{{"annotations": {rows}}}')
    with pytest.raises(ValueError, match=r'annotations/train\.json"'):
        record.known_truth(tmp_path, 'train')


def test_truth_is_read_from_journal_and_sidecar(tmp_path: Path):
    (tmp_path / 'annotations').mkdir()
    record.sidecar_path(tmp_path, 'train').write_text('{"annotations": [{"image_id": 1}]}')
    with record.journal_path(tmp_path, 'train').open('wb') as journal:
        journal.write(record.dump({'image_id': 4, 'a': 'ä'}, indent=None))
        journal.write(b'{"image_id": 5, "keyp')
    assert record.known_truth(tmp_path, 'train') == {
        0: {'image_id': 1},
        3: {'image_id': 4, 'a': 'ä'},
    }
    assert record.known_truth(tmp_path, 'test') == {}


def test_rows_after_a_truncated_row_are_read(tmp_path: Path):
    (tmp_path / 'annotations').mkdir()
    journal = record.journal_path(tmp_path, 'test')
    journal.write_bytes(record.dump({'image_id': 1}, indent=None) + b'{"image_id": 2, "ke')
    record.journal(tmp_path, 'test').add({'image_id': 3})
    assert set(record.known_truth(tmp_path, 'test')) == {0, 2}


def test_a_set_begun_by_other_code_is_not_continued(tmp_path: Path):
    root, mine = tmp_path / 'x', _describe()
    record.claim_folder(root, {**mine, record.RENDERER: 'abc'})
    record.claim_folder(root, mine)
    with pytest.raises(ValueError, match=r'Another version .*\(abc in .*3 images are missing'):
        record.is_kept(root, mine, 3)
    record.mark(root, {**mine, record.RENDERER: 'abc'}, complete=True)
    with pytest.raises(ValueError, match='1 images are missing'):
        record.is_kept(root, mine, 1)


def test_a_set_completed_by_other_code_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    root, mine = tmp_path / 'x', _describe()
    before = {k: v for k, v in mine.items() if k != record.RENDERER}
    root.mkdir()
    record.mark(root, before, complete=True)
    assert record.is_kept(root, mine, 0)
    assert 'complete, but another version of the renderer made it (unknown, now' in caplog.text
    record.mark(root, mine, complete=True)
    assert not record.is_kept(root, mine, 0)


def test_a_set_of_the_same_drawing_code_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    root, mine = tmp_path / 'x', _describe()
    record.claim_folder(root, {**mine, record.RENDERER: 'abc'})
    monkeypatch.setitem(PREDECESSORS, mine[record.RENDERER], ('abc',))
    assert not record.is_kept(root, mine, 3)
