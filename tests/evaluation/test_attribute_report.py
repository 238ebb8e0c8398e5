import json

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    roc_auc_score,
)

from mmfer.evaluation import attribute_report, expected_calibration_error

NAMES = ('Smiling', 'Male', 'Eyeglasses')
REFERENCES = {
    'accuracy': lambda t, s: accuracy_score(t, s >= 0.5),
    'balanced_accuracy': lambda t, s: balanced_accuracy_score(t, s >= 0.5),
    'f1': lambda t, s: f1_score(t, s >= 0.5),
    'auc': roc_auc_score,
    'average_precision': average_precision_score,
    'ece': lambda t, s: expected_calibration_error(s, t == 1) / 100,
}
MEANS = {'mean_accuracy': 'accuracy', 'macro_f1': 'f1'}


def drawn(count: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, targets and mask, unbalanced and partly unknown."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((count, 3)) < [0.5, 0.3, 0.1]).astype(np.float32)
    scores = np.clip(0.4 * targets + rng.random((count, 3)) * 0.6, 0, 1)
    return scores, targets, rng.random((count, 3)) < 0.8


def test_the_report_agrees_with_scikit_learn_on_known_attributes() -> None:
    scores, targets, mask = drawn()
    report = attribute_report(scores, targets, NAMES, mask)
    expected = {
        name: {
            measure: 100 * function(targets[mask[:, i], i], scores[mask[:, i], i])
            for measure, function in REFERENCES.items()
        }
        for i, name in enumerate(NAMES)
    }
    for i, name in enumerate(NAMES):
        row = report['per_attribute'][name]
        assert {key: row[key] for key in REFERENCES} == pytest.approx(expected[name])
        assert row['count'] == mask[:, i].sum()
        assert row['present'] == pytest.approx(100 * targets[mask[:, i], i].mean())
    for name in ('mean_accuracy', 'balanced_accuracy', 'macro_f1', 'auc', 'average_precision'):
        mean = np.mean([row[MEANS.get(name, name)] for row in expected.values()])
        assert report[name] == pytest.approx(mean)
    assert report['unknown_attributes'] == report['constant_attributes'] == []


def test_a_case_counted_by_hand() -> None:
    scores = np.array([[0.9, 0.5], [0.4, 0.1], [0.2, 0.6], [0.3, 0.7]])
    targets = np.array([[1, 1], [1, 0], [0, 0], [0, 1]])
    mask = np.array([[1, 1], [1, 1], [1, 1], [1, 0]], dtype=bool)
    report = attribute_report(scores, targets, ('a', 'b'), mask)
    a, b = report['per_attribute'].values()
    assert (a['accuracy'], a['balanced_accuracy'], a['count']) == (75, 75, 4)
    assert a['f1'] == pytest.approx(200 / 3)  # 1 hit, 1 missed, none too many
    # 0.5 is present; of one present and two absent one is wrong
    assert b['accuracy'] == pytest.approx(200 / 3)
    assert b['balanced_accuracy'] == pytest.approx(100 * (1 + 1 / 2) / 2)
    assert b['auc'] == pytest.approx(50)
    assert report['mean_accuracy'] == pytest.approx((75 + 200 / 3) / 2)
    assert report['majority'] == {'mean_accuracy': pytest.approx((50 + 200 / 3) / 2)}


def test_unknown_entries_change_nothing() -> None:
    scores, targets, mask = drawn()
    other = np.where(mask, targets, np.nan)
    scattered = np.where(mask, scores, 0.99)
    assert attribute_report(scattered, other, NAMES, mask) == attribute_report(
        scores, targets, NAMES, mask
    )


def test_unknown_and_constant_attributes_are_named() -> None:
    scores, targets, mask = drawn()
    mask[:, 0] = False
    targets[:, 1] = 0
    report = attribute_report(scores, targets, NAMES, mask)
    assert report['unknown_attributes'] == ['Smiling']
    assert report['constant_attributes'] == ['Male']
    smiling, male, glasses = report['per_attribute'].values()
    assert smiling['count'] == 0 and smiling['accuracy'] is None
    assert male['balanced_accuracy'] is None and male['auc'] is None and male['f1'] is None
    assert report['mean_accuracy'] == pytest.approx((male['accuracy'] + glasses['accuracy']) / 2)
    assert report['balanced_accuracy'] == pytest.approx(glasses['balanced_accuracy'])


def test_constant_attributes_have_no_balanced_accuracy() -> None:
    report = attribute_report(np.full((2, 3), 0.9), np.ones((2, 3)), NAMES)
    assert report['balanced_accuracy'] is None and report['mean_accuracy'] == 100
    assert report['constant_attributes'] == list(NAMES)


def test_the_report_of_a_group_equals_the_report_of_its_samples() -> None:
    scores, targets, mask = drawn(60)
    mask[40:, 2] = False
    groups = [{'gender': 'female' if i < 40 else 'male'} for i in range(60)]
    report = attribute_report(scores, targets, NAMES, mask, groups, min_group=20)
    gender = report['groups']['gender']
    for value, part in (('female', slice(40)), ('male', slice(40, None))):
        alone = attribute_report(scores[part], targets[part], NAMES, mask[part])
        row = gender['values'][value]
        for name in (*MEANS, 'balanced_accuracy', 'auc', 'ece', 'unknown_attributes'):
            assert row[name] == alone[name]
    assert gender['values']['male']['unknown_attributes'] == ['Eyeglasses']
    difference = [gender['values'][v]['auc'] for v in ('female', 'male')]
    assert gender['gaps']['auc']['gap'] == pytest.approx(max(difference) - min(difference))


def test_a_group_without_known_attributes_has_no_values() -> None:
    scores, targets, mask = drawn(60)
    mask[50:] = False
    groups = [{'gender': 'female' if i < 50 else 'male'} for i in range(60)]
    gender = attribute_report(scores, targets, NAMES, mask, groups, min_group=10)['groups'][
        'gender'
    ]
    assert gender['values']['male']['mean_accuracy'] is None
    assert gender['values']['male']['unknown_attributes'] == list(NAMES)
    assert gender['gaps'] == {}


def test_the_report_can_be_written_as_json() -> None:
    scores, targets, mask = drawn(10)
    groups = [{'age': '20-39'}, None] * 5
    report = attribute_report(scores.astype(np.float32), targets, NAMES, mask, groups)
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'scores': np.ones((4, 2))}, 'is the number of attributes of the data set'),
        ({'scores': np.full((4, 3), np.nan)}, 'sample 0 are not finite'),
        ({'scores': np.full((4, 3), 3.0)}, 'not probabilities'),
        ({'targets': np.ones((4, 2))}, r'Targets \(4, 2\)'),
        ({'targets': np.full((4, 3), -1)}, 'target -1 of sample 0, attribute 0, is not 0 or 1'),
        ({'mask': np.ones((4, 1))}, r'mask \(4, 1\)'),
        ({'mask': np.zeros((4, 3))}, 'No attribute of any sample is known'),
        ({'groups': [None]}, '1 groups for 4 samples'),
        ({'calibration_bins': 0}, 'in 0 bins'),
    ],
)
def test_wrong_shapes_and_values_are_refused(changes: dict, message: str) -> None:
    arguments = {'scores': np.ones((4, 3)), 'targets': np.ones((4, 3)), 'attributes': NAMES}
    with pytest.raises(ValueError, match=message):
        attribute_report(**(arguments | changes))
