import json

import pytest

from mmfer.evaluation.clips.apex_error import ApexError, apex_error_table, read_apex_truth

ROW = {'onset': 10, 'apex': 20, 'offset': 40, 'intensity': 0.3}


def write(path, **rows):
    path.write_text(json.dumps({'sub01/EP01': ROW, **rows}))
    return path


def test_only_clips_are_read_from_the_truth(tmp_path):
    path = write(tmp_path / 'truth.json', oddities={'missing_frame': []})
    assert read_apex_truth(path) == {'sub01/EP01': ROW}


def test_invalid_truth_is_refused(tmp_path):
    path = tmp_path / 'truth.json'
    with pytest.raises(FileNotFoundError, match='No truth'):
        read_apex_truth(path)
    with pytest.raises(ValueError, match='clip sub02/EP01, apex: expected float, got str'):
        read_apex_truth(write(path, **{'sub02/EP01': {'onset': 1, 'apex': '/', 'offset': 9}}))
    with pytest.raises(ValueError, match='clip sub02/EP01: expected object, got int'):
        read_apex_truth(write(path, **{'sub02/EP01': 3}))
    with pytest.raises(ValueError, match='the apex, 41, is not between'):
        read_apex_truth(write(path, **{'sub02/EP01': {**ROW, 'apex': 41}}))
    path.write_text('{')
    with pytest.raises(ValueError, match='not JSON'):
        read_apex_truth(path)


def test_table():
    """By hand: |errors| 0 to 10 have the median 5, the 90th percentile 9, and 6 of 11 within 5."""
    errors = [ApexError('a', (-1) ** i * i, 0.29, ('ratio', '2')) for i in range(11)]
    errors += [ApexError('a', 30, 0.5, ('ratio', '2')), ApexError('a', -1, 0.2, ('other', '2'))]
    assert apex_error_table(errors, ('method', 'noise')).splitlines() == [
        '| method | noise | intensity | clips | median | 90 % | within 5 |',
        '| --- | --- | --- | --- | --- | --- | --- |',
        '| ratio | 2 | 0.3 | 11 | 5.0 | 9.0 | 55% |',
        '| ratio | 2 | 0.5 | 1 | 30.0 | 30.0 | 0% |',
        '| ratio | 2 | all | 12 | 5.5 | 9.9 | 50% |',
        '| other | 2 | 0.2 | 1 | 1.0 | 1.0 | 100% |',
        '| other | 2 | all | 1 | 1.0 | 1.0 | 100% |',
    ]
