"""Known errors of the official coding file are corrected, and nothing else."""

from pathlib import Path

import pytest

from mmfer.datasets import CASME2, SAMM
from mmfer.datasets.readers.clip_release.coding import coded_cells
from mmfer.datasets.readers.clip_release.corrections import corrected
from mmfer.datasets.readers.clip_release.spans import read_spans
from mmfer.labels.errata import CASME2_ERRATA
from mmfer.labels.micro_expressions import CASME2 as RELEASE
from mmfer.labels.micro_expressions import SAMM as SAMM_RELEASE
from tests.datasets.casme2_files import row, write_clip, write_coding
from tests.datasets.clip_files import WrittenClip, write_clips

APEXES = CASME2_ERRATA.apexes


def rows(count: int = 255) -> list[list]:
    """A made-up file with the known errors; the expression of a row begins at frame 10."""
    emotions = [e for e, number in RELEASE.emotions.items() for _ in range(number)]
    made = [
        list(row(f'{1 + i % 26:02d}', f'EP{i:03d}', 10, 40, 60, '4', emotion))
        for i, emotion in enumerate(emotions[:count])
    ]
    for index, apex in APEXES.items():
        if index < count:
            made[index][4:6] = '/', apex + 20
    made[60][5] = 19
    return made


def files(root: Path, made: list[list]) -> Path:
    write_coding(root, made)
    for cells in made:
        # Four frames are enough: the estimated and the annotated apex and the onset.
        index = int(cells[1][2:])
        write_clip(root, f'sub{cells[0]}/{cells[1]}', {10, 40, APEXES.get(index, 40)})
    return root


def name(index: int) -> str:
    return f'sub{1 + index % 26:02d}/EP{index:03d}'


def test_apexes_and_the_offset_of_the_official_file(tmp_path: Path, log: list[str]) -> None:
    root = files(tmp_path, rows())
    data = CASME2(str(root), num_classes=5, errata=True)
    found = {info['clip']: info for info in map(data.get_data_info, range(len(data)))}
    assert data.report['apex_estimated'] == [f'{name(i)} ({APEXES[i]})' for i in sorted(APEXES)]
    assert data.report['offset_corrected'] == [f'{name(60)} (91 for 19)']
    assert not {'no_apex', 'apex_slash', 'erratum_not_applied'} & data.report.keys()
    read = [i for i in APEXES if name(i) in found]
    assert len(read) == 21 and len(found) == 246
    assert all(found[name(i)]['apex'] == found[name(i)]['frame'] == APEXES[i] for i in read)
    assert found[name(60)]['offset'] == 91
    assert found[name(0)]['apex'] == 40 and found[name(0)]['offset'] == 60
    assert any('apex_estimated, 21, noted' in line for line in log)
    offsets = {span.name: span.offset for span in read_spans(root, errata=True)[0]}
    assert (offsets[name(60)], offsets[name(0)]) == (91, 60)


def test_the_default_reads_what_the_coders_wrote(tmp_path: Path) -> None:
    root = files(tmp_path, rows())
    data = CASME2(str(root), num_classes=5)
    assert data.report['no_apex'] == [name(i) for i in sorted(APEXES)]
    assert len(data) == 246 - 21
    assert not {'apex_estimated', 'offset_corrected'} & data.report.keys()
    assert {s.name: s.offset for s in read_spans(root)[0]}[name(60)] == 19


def test_another_file_is_not_corrected(tmp_path: Path, log: list[str]) -> None:
    root = files(tmp_path, rows(254))
    data = CASME2(str(root), num_classes=5, errata=True)
    assert data.report['erratum_not_applied'] == [
        'all (the file has 254 rows, and the official one 255)'
    ]
    assert len(data.report['apex_slash']) == 21 and 'apex_estimated' not in data.report
    assert any('erratum_not_applied, 1, noted' in line for line in log)


@pytest.mark.parametrize(
    ('index', 'column', 'cell'),
    [
        (29, 4, 250),  # an apex is coded
        (29, 4, None),  # no apex and no slash
        (29, 5, 200),  # the expression ends before the estimate
        (29, 3, 290),  # the expression begins after the estimate
        (60, 5, 85),  # the offset may be right
    ],
)
def test_a_cell_that_is_not_as_described_is_kept(
    tmp_path: Path, index: int, column: int, cell: object
) -> None:
    made = rows()
    made[index][column] = cell
    path = write_coding(tmp_path, made)
    before = list(coded_cells(path, RELEASE))
    after, report = corrected(before, RELEASE)
    (refused,) = report['erratum_not_applied']
    assert refused.startswith(f'{name(index)} (row {index + 2}: ')
    field = 'offset' if index == 60 else 'apex'
    assert after[index][1][field] == before[index][1][field]
    assert len(report['apex_estimated']) == (21 if index == 60 else 20)


def test_releases_without_errata_refuse_the_option(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='No errata of SAMM are known'):
        corrected([], SAMM_RELEASE)
    write_clips(tmp_path, SAMM_RELEASE, [WrittenClip(6, '006_1_2', 'anger', '006/006_1_2')])
    with pytest.raises(ValueError, match='No errata of SAMM are known'):
        SAMM(str(tmp_path), errata=True)
