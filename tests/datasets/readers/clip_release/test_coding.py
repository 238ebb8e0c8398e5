import tracemalloc
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from mmfer.datasets.readers.clip_release import workbook
from mmfer.datasets.readers.clip_release.coding import read_coding, subject_name
from mmfer.datasets.readers.clip_release.folders import clip_folder
from mmfer.datasets.readers.clip_release.workbook import read_rows
from mmfer.labels.clip_release import ClipRelease
from mmfer.labels.micro_expressions import CASME2, CASME3, MMEW, SAMM
from mmfer.labels.releases import CASME2_CODING_FILE
from tests.datasets.casme2_files import HEAD, row, write_coding
from tests.datasets.clip_files import WrittenClip, write_clips


def test_cells_of_all_types_are_read(tmp_path: Path) -> None:
    rows = [
        row('01', 'EP02_01f', 46, 59, 86, '12', 'happiness'),
        row(1, 'EP03_02 ', 46.0, '/', '86', 4, 'Others'),
        row('sub26', 'EP01_01', 7, 9, 8, '?', ' surprise '),
        (None,) * 9,
        row('02', 'EP04_01', 1, 2, 3, None, 'fear'),
        row('02', 'EP05_01', 4, ' ', 6, '1', 'fear'),
    ]
    clips, odd = read_coding(write_coding(tmp_path, rows), CASME2)
    assert [(c.name, c.subject, c.onset, c.apex, c.offset) for c in clips] == [
        ('sub01/EP02_01f', 'sub01', 46, 59, 86),
        ('sub01/EP03_02', 'sub01', 46, None, 86),
        ('sub26/EP01_01', 'sub26', 7, 9, 8),
        ('sub02/EP04_01', 'sub02', 1, 2, 3),
        ('sub02/EP05_01', 'sub02', 4, None, 6),
    ]
    assert [c.emotion for c in clips] == ['happiness', 'others', 'surprise', 'fear', 'fear']
    assert [c.action_units for c in clips] == ['12', '4', '?', '', '1']
    assert clips[3].where == f'{CASME2_CODING_FILE}, row 6'
    assert odd == {
        'integer_subject': ['sub01/EP03_02'],
        'numeric_action_units': ['sub01/EP03_02'],
        'apex_slash': ['sub01/EP03_02'],
        'apex_absent': ['sub02/EP05_01'],
        'capitalised_emotion': ['sub01/EP03_02'],
        'unknown_action_units': ['sub26/EP01_01'],
    }


def test_rows_without_a_clip_are_named(tmp_path: Path) -> None:
    rows = [
        row('01', 'EP02_01f', 46, 59, 86, '12', None),
        row('01', 'EP02_02', 46, 59, 86, '12', '  '),
        row(None, 'EP02_03', 46, 59, 86, '12', 'others'),
        row('01', None, 46, 59, 86, '12', 'others'),
        row('01', 'EP02_05', 46.5, 59, 86, '12', 'others'),
        row('01', 'EP02_06', 46, 'x', 86, '12', 'others'),
        row('01', 'EP02_07', 46, 59, 'end', '12', 'others'),
        row('one', 'EP02_08', 46, 59, 86, '12', 'others'),
    ]
    clips, odd = read_coding(write_coding(tmp_path, rows), CASME2)
    assert clips == []
    assert odd['no_emotion'] == ['sub01/EP02_01f', 'sub01/EP02_02']
    assert odd['bad_row'] == [
        'row 4 (no subject or no name)',
        'row 5 (no subject or no name)',
        'sub01/EP02_05 (row 6: the frames are 46.5, 59, 86)',
        "sub01/EP02_06 (row 7: the frames are 46, 'x', 86)",
        "sub01/EP02_07 (row 8: the frames are 46, 59, 'end')",
        "row 9 (the subject 'one' has no number)",
    ]


@pytest.mark.parametrize('column', [name for name in HEAD if name])
def test_a_renamed_column_is_an_error(tmp_path: Path, column: str) -> None:
    head = [f'{name}s' if name == column else name for name in HEAD]
    path = write_coding(tmp_path, [row('01', 'EP02_01f', 46, 59, 86, '12', 'others')], head)
    with pytest.raises(ValueError, match=f'has no column {column} in row 1 of Sheet1') as caught:
        read_coding(path, CASME2)
    assert str(path) in str(caught.value) and f'{column}s' in str(caught.value)
    assert 'Restore the name' in str(caught.value)


def test_order_and_spaces_of_the_columns_are_ignored(tmp_path: Path) -> None:
    cells = row('01', 'EP02_01f', 46, 59, 86, '12', 'others')
    head = [name and f' {name} ' for name in reversed(HEAD)]
    clips, _ = read_coding(write_coding(tmp_path, [tuple(reversed(cells))], head), CASME2)
    assert (clips[0].name, clips[0].onset, clips[0].offset) == ('sub01/EP02_01f', 46, 86)


def test_faulty_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / CASME2_CODING_FILE
    path.write_text('not a workbook')
    with pytest.raises(ValueError, match='cannot be read'):
        read_coding(path, CASME2)
    openpyxl.Workbook().save(path)
    with pytest.raises(ValueError, match='has no column Subject, Filename.*columns are none'):
        read_coding(path, CASME2)
    write_coding(tmp_path, [], [*HEAD, 'Subject'])
    with pytest.raises(ValueError, match='the column "Subject" occurs twice'):
        read_coding(path, CASME2)
    twice = [row(s, 'EP02_01f', 46, 59, 86, '12', 'others') for s in ('01', 1)]
    with pytest.raises(ValueError, match='sub01/EP02_01f is in row 2 and in row 3'):
        read_coding(write_coding(tmp_path, twice), CASME2)


def test_the_sheet_is_found_by_its_name(tmp_path: Path) -> None:
    path = write_coding(tmp_path, [row('01', 'EP02_01f', 46, 59, 86, '12', 'others')])
    book = openpyxl.load_workbook(path)
    book.create_sheet('notes', 0)
    book.save(path)
    assert list(read_rows(path, ('Filename',), ('Sheet1',))) == [(2, {'Filename': 'EP02_01f'})]


DAMAGES = ((b'<', b''), (b'>', b''), (b'"', b''), (b'1', b'x'), (b'Sheet1', b''), (b'<v>', b'<f>'))


@pytest.mark.parametrize('part', ['xl/workbook.xml', 'xl/worksheets/sheet1.xml', 'xl/styles.xml'])
def test_damaged_parts_of_a_workbook_are_reported(tmp_path: Path, part: str) -> None:
    path = write_coding(tmp_path, [row('01', 'EP02_01f', 46, 59, 86, '12', 'others')])
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    seen = 0
    for old, new in DAMAGES:
        for count in (1, 20, -1):
            damaged = {**parts, part: parts[part].replace(old, new, count)}
            with ZipFile(path, 'w') as book:
                for name, data in damaged.items():
                    book.writestr(name, data)
            try:
                read_coding(path, CASME2)
            except ValueError as error:
                seen += 1
                assert str(path) in str(error)
    assert seen


def test_a_damaged_archive_is_reported(tmp_path: Path) -> None:
    path = write_coding(tmp_path, [row('01', 'EP02_01f', 46, 59, 86, '12', 'others')])
    whole = path.read_bytes()
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        try:
            read_coding(path, CASME2)
        except ValueError as error:
            assert str(path) in str(error)


def test_the_size_of_a_workbook_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_coding(tmp_path, [row('01', f'EP{i}', 46, 59, 86, '12', 'others') for i in 'abc'])
    monkeypatch.setattr(workbook, 'MOST_ROWS', 3)
    with pytest.raises(ValueError, match='more than 3 rows'):
        read_coding(path, CASME2)
    monkeypatch.setattr(workbook, 'MOST_BYTES', 999)
    with pytest.raises(ValueError, match='more than 999'):
        read_coding(path, CASME2)


def test_rows_that_would_fill_the_memory_are_cut(tmp_path: Path) -> None:
    """Each row has a cell in the last column, which openpyxl fills with 16,384 cells."""
    path = write_coding(tmp_path, [row(1, 'EP02_01f', 46, 59, 86, '12', 'others')])
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in parts if 'worksheets/' in name)
    far = b''.join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (i, i) for i in range(3, 9001))
    parts[sheet] = parts[sheet].replace(b'</sheetData>', far + b'</sheetData>')
    with ZipFile(path, 'w') as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    tracemalloc.start()
    clips, _ = read_coding(path, CASME2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [clip.name for clip in clips] == ['sub01/EP02_01f']
    assert peak < 100 << 20  # 9,000 rows of 16,384 cells are 1.2 GB


def test_frames_beyond_every_clip_are_no_frames(tmp_path: Path) -> None:
    rows = [row(1, 'EP02_01f', 46, 59, 10**9, '12', 'others')]
    clips, odd = read_coding(write_coding(tmp_path, rows), CASME2)
    assert clips == [] and 'EP02_01f' in odd['bad_row'][0]


def test_whole_numbers_may_be_written_with_a_point(tmp_path: Path) -> None:
    clip = WrittenClip(1.0, 'a', 'surprise', 'Micro_Expression/surprise/a', 3.0, 5.0, 8.0, 4.0)
    root = write_clips(tmp_path, MMEW, [clip])
    ((found,), _) = read_coding(root / 'MMEW_Micro_Exp_v2.xlsx', MMEW)
    assert (found.subject, found.action_units, found.apex) == ('S01', '4', 5)


@pytest.mark.parametrize(
    ('release', 'cells', 'subject'),
    [
        (CASME2, (1, 1.0, '01', 'sub01', 'SUB1'), 'sub01'),
        (SAMM, (6, '6', '006'), '006'),
        (CASME3, ('spNO.1', 'spNo.1', 'SPNO.01', 1), 'spNO.1'),
        (MMEW, (1, '01', 'S01', 's1'), 'S01'),
    ],
    ids=lambda value: getattr(value, 'layout', None),
)
def test_a_subject_has_one_name(release: ClipRelease, cells: tuple[Any, ...], subject: str) -> None:
    assert [subject_name(cell, release) for cell in cells] == [subject] * len(cells)


def test_folders_may_spell_a_subject_as_the_coding_file_does(tmp_path: Path) -> None:
    clip = WrittenClip('spNo.01', 'a', 'happy', 'part_A/spNo.01/a/color')
    root = write_clips(tmp_path, CASME3, [clip])
    ((found,), _) = read_coding(root / 'cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx', CASME3)
    assert clip_folder(root, found.folders) == root / clip.folder
