import json
from pathlib import Path

import numpy as np
import pytest

from mmfer.evaluation import Predictions

SAMPLES = [
    {
        'img_path': f'{i}.png',
        'sample_idx': i,
        'gt_label': i,
        'pred_label': 0,
        'pred_scores': [0.75, 0.25],
    }
    for i in range(2)
]


def test_written_predictions_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / 'deep' / 'p.json'
    written = Predictions(['a', 'b'], SAMPLES, ['c'], [0, 0])
    written.save(path)
    assert Predictions.load(path) == written
    assert set(json.loads(path.read_text())) == {
        'classes',
        'coarse_classes',
        'parents',
        'predictions',
    }
    np.testing.assert_allclose(written.scores, [[0.75, 0.25]] * 2)
    assert written.labels.tolist() == [0, 1]


def test_faulty_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / 'p.json'
    with pytest.raises(FileNotFoundError, match='--dump'):
        Predictions.load(path)
    path.write_text('[1]')
    with pytest.raises(ValueError, match='holds no predictions'):
        Predictions.load(path)
    Predictions(['a', 'b', 'c'], SAMPLES).save(path)
    with pytest.raises(ValueError, match=r'predictions\[0\]: gt_label of the 3 classes and 3 prob'):
        Predictions.load(path)


def test_files_without_groups_have_unknown_groups(tmp_path: Path) -> None:
    path = tmp_path / 'p.json'
    Predictions(['a', 'b'], SAMPLES).save(path)
    read = Predictions.load(path)
    assert read.groups == [None, None] and not read.of_attributes
    with pytest.raises(ValueError, match='predictions of classes, not of attributes'):
        _ = read.targets


def test_attributes_have_targets_and_a_mask(tmp_path: Path) -> None:
    path = tmp_path / 'p.json'
    truths = ([1, None], [0, 1])
    samples = [{'gt_score': truth, 'pred_scores': [0.75, 0.25]} for truth in truths]
    Predictions(['a', 'b'], samples).save(path)
    read = Predictions.load(path)
    assert read.of_attributes
    assert read.targets.tolist() == [[1, 0], [0, 1]]
    assert read.mask.tolist() == [[True, False], [True, True]]
    with pytest.raises(ValueError, match='attributes, which have no class'):
        _ = read.labels
    Predictions(['a', 'b'], [*samples, {'gt_score': [1], 'pred_scores': [0.5, 0.5]}]).save(path)
    with pytest.raises(ValueError, match=r'predictions\[2\]: gt_score of the 2 classes and 2 prob'):
        Predictions.load(path)


@pytest.mark.parametrize(
    'fields',
    [
        {'gt_label': 9},
        {'gt_label': -1},
        {'pred_scores': [0.6, 1.5, 0.1]},
        {'pred_scores': [1.0]},
    ],
)
def test_invalid_values_are_located(tmp_path: Path, fields: dict) -> None:
    good = {'gt_label': 0, 'pred_label': 0, 'pred_scores': [0.5, 0.25, 0.25]}
    Predictions(['a', 'b', 'c'], [good, {**good, **fields}]).save(tmp_path / 'p.json')
    with pytest.raises(ValueError, match=r'predictions\[1\]: gt_label of the 3 classes and 3 prob'):
        Predictions.load(tmp_path / 'p.json')


@pytest.mark.parametrize(
    ('content', 'place'),
    [
        ({'predictions': [3]}, r'predictions\[0\]'),
        ({'predictions': [{'gt_label': '0', 'pred_scores': [1, 0]}]}, r'predictions\[0\].gt_label'),
        (
            {'predictions': [{'gt_label': True, 'pred_scores': [1, 0]}]},
            r'predictions\[0\].gt_label',
        ),
        ({'predictions': [{'pred_scores': [1, [1]]}]}, r'predictions\[0\].pred_scores\[1\]'),
        ({'predictions': [{'pred_scores': [1, None]}]}, r'predictions\[0\].pred_scores\[1\]'),
        ({'predictions': [{'pred_scores': [1, 0], 'group': {'age': {}}}]}, r'group\[...\]'),
        ({'classes': ['a', 3]}, r'classes\[1\]'),
        ({'coarse_classes': 'ab'}, 'coarse_classes'),
    ],
)
def test_values_of_other_types_are_located(tmp_path: Path, content: dict, place: str) -> None:
    file = {'classes': ['a', 'b'], 'predictions': [], 'coarse_classes': None, 'parents': None}
    (tmp_path / 'p.json').write_text(json.dumps({**file, **content}))
    with pytest.raises(ValueError, match=rf'p\.json" holds no predictions, .*{place}: expected'):
        Predictions.load(tmp_path / 'p.json')


@pytest.mark.parametrize(
    ('coarse', 'parents'),
    [(['c'], [0]), (['c'], [0, 1]), (['c'], [-1, 0]), (['c'], []), (['c'], None), (None, [0, 0])],
)
def test_parents_fit_the_classes(
    tmp_path: Path, coarse: list[str] | None, parents: list[int] | None
) -> None:
    Predictions(['a', 'b'], SAMPLES, coarse, parents).save(tmp_path / 'p.json')
    with pytest.raises(ValueError, match='parents must have the number of a coarse class'):
        Predictions.load(tmp_path / 'p.json')
