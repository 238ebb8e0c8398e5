import io
from collections import Counter

import pytest
from openpyxl import load_workbook

from mmfer.synthetic.layouts.casme2_coding import (
    PLANTED,
    coding_file,
    coding_row,
    oddities,
    plant_oddities,
)


def _truth(clip: str = 'sub03/EP02_01f', oddity: str | None = None, units: str | int = '4+7'):
    return {
        'clip': clip,
        'subject': clip.split('/')[0],
        'onset': 40,
        'apex': 60,
        'offset': 99,
        'emotion': 'disgust',
        'coded_action_units': units,
        'oddity': oddity,
        'missing_frames': [50] if oddity == 'missing_frame' else [],
    }


def test_each_oddity_has_its_documented_count():
    planted = plant_oddities(20, seed=4)
    counts = Counter(planted)
    assert counts.pop(None) == 20 - sum(PLANTED.values())
    assert counts == PLANTED
    assert planted == plant_oddities(20, seed=4) != plant_oddities(20, seed=5)
    with pytest.raises(ValueError, match='10 clips cannot hold the 11 planted'):
        plant_oddities(10, 0)


@pytest.mark.parametrize(
    ('oddity', 'column', 'value'),
    [
        ('integer_subject', 0, 3),
        ('apex_slash', 4, '/'),
        ('offset_before_apex', 5, 57),
        ('unknown_action_units', 7, '?'),
        ('no_emotion', 8, None),
        ('capitalised_emotion', 8, 'Disgust'),
    ],
)
def test_an_odd_row_differs_in_one_cell(oddity, column, value):
    plain = ['03', 'EP02_01f', None, 40, 60, 99, None, '4+7', 'disgust']
    assert coding_row(_truth()) == plain
    assert coding_row(_truth(oddity=oddity)) == [*plain[:column], value, *plain[column + 1 :]]


def test_the_file_has_the_columns_of_the_real_one():
    rows = [_truth('sub02/EP01_01'), _truth('sub01/EP02_03', units=4)]
    content = coding_file(rows)
    assert content == coding_file(rows)
    sheet = load_workbook(io.BytesIO(content))['Sheet1']
    header, *listed = sheet.iter_rows(values_only=True)
    assert header[:2] == ('Subject', 'Filename') and header[2] is header[6] is None
    assert header[3:6] == ('OnsetFrame', 'ApexFrame', 'OffsetFrame')
    assert header[7:] == ('Action Units', 'Estimated Emotion')
    assert [row[:2] for row in listed] == [('01', 'EP02_03'), ('02', 'EP01_01')]
    assert [row[7] for row in listed] == [4, '4+7']


def test_planted_oddities_are_listed():
    found = oddities(
        [
            _truth('sub01/EP01_01', units=4),
            _truth('sub01/EP01_02', 'missing_frame'),
            _truth('sub01/EP01_03', 'unknown_action_units', units=4),
        ]
    )
    assert found['numeric_action_units'] == ['sub01/EP01_01']
    assert found['missing_frame'] == ['sub01/EP01_02/img50.jpg']
    assert found['unknown_action_units'] == ['sub01/EP01_03']
    assert found['apex_slash'] == [] and found['blank_columns'] == ['C', 'G']
