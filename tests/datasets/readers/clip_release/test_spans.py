from pathlib import Path

import openpyxl
import pytest

from mmfer.datasets.readers.clip_release.spans import ClipSpan, read_spans
from mmfer.labels.micro_expressions import SMIC
from mmfer.labels.releases import CASME2_CODING_FILE
from tests.datasets.clip_files import WrittenClip, write_clips

HEAD = ['Subject', 'Filename', None, 'OnsetFrame', 'ApexFrame', 'OffsetFrame', None, 'AU']


def write(root, rows, head=HEAD):
    book = openpyxl.Workbook()
    for row in [head, *rows]:
        book.active.append(row)
    book.save(root / CASME2_CODING_FILE)
    return root


def test_rows_become_spans(tmp_path):
    (tmp_path / 'sub02' / 'EP01_03').mkdir(parents=True)
    rows = [
        ['sub01', 'EP02_01f', None, 46.0, 59, '86', None, '12'],
        [2, 'EP01_03', None, 7, '/', 90, None, 4],
        ['03', 'EP09_09', None, 'x', 5, 90, None, 4],
        ['04', 'EP01_01', None, 7, 9, None, None, 4],
        [None] * 8,
        ['05', ' ', None, 7, 9, 90, None, 4],
    ]
    spans, faults = read_spans(write(tmp_path, rows))
    assert [(s.name, s.onset, s.offset) for s in spans] == [
        ('sub01/EP02_01f', 46, 86),
        ('sub02/EP01_03', 7, 90),
    ]
    assert spans[0].folder == tmp_path / 'CASME2_RAW_selected' / 'sub01' / 'EP02_01f'
    assert spans[1].folder == tmp_path / 'sub02/EP01_03'
    assert "row 4 of the coding file (Subject '03', Filename 'EP09_09', OnsetFrame 'x'" in faults[0]
    assert 'row 5' in faults[1] and 'row 7' in faults[2]


def test_missing_ends_are_replaced_by_nearby_frames():
    span = ClipSpan('sub01/EP02_01f', Path('.'), 46, 86)
    assert span.among(range(40, 90)) == (span, [])
    cut, said = span.among(range(48, 86))
    assert (cut.onset, cut.offset) == (48, 85)
    assert said == [
        'the onset, frame 46, is missing; frame 48 is used.',
        'the offset, frame 86, is missing; frame 85 is used.',
    ]
    assert span.among(range(49, 84)) == (span, [])
    first = ClipSpan('sub01/EP02_01f', Path('.'), 1, 5)
    assert first.among([0, 3, 5])[0].onset == 0


def test_faulty_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match='No coding file'):
        read_spans(tmp_path)
    (tmp_path / CASME2_CODING_FILE).write_text('not a workbook')
    with pytest.raises(ValueError, match='cannot be read'):
        read_spans(tmp_path)
    renamed = ['Onset' if name == 'OnsetFrame' else name for name in HEAD]
    with pytest.raises(ValueError, match='has no column OnsetFrame'):
        read_spans(write(tmp_path, [], renamed))


def test_errata_that_nobody_knows_are_refused(tmp_path):
    clip = WrittenClip(1, 's1_ne_01', 'negative', 'HS/s1/micro/negative/s1_ne_01')
    root = write_clips(tmp_path, SMIC, [clip])
    assert len(read_spans(root)[0]) == 1
    with pytest.raises(ValueError, match='No errata of SMIC-HS are known'):
        read_spans(root, errata=True)
