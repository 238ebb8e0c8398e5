import numpy as np

from mmfer.evaluation import Predictions, attribute_fold_report, attribute_fold_tables
from mmfer.evaluation.protocols import Fold


def test_f1_of_each_attribute_is_that_of_all_folds() -> None:
    rng = np.random.default_rng(0)
    names = ['AU4', 'AU12', 'AU17']
    scores, targets = rng.random((12, 3)).round(3), rng.integers(0, 2, (12, 3))
    targets[:, 2] = 0
    samples = [
        {'img_path': f'{i}.png', 'pred_scores': s.tolist(), 'gt_score': t.tolist()}
        for i, (s, t) in enumerate(zip(scores, targets, strict=True))
    ]
    samples[0]['gt_score'][0] = None
    parts = {'a': samples[:5], 'b': samples[5:]}
    predictions = {name: Predictions(names, part) for name, part in parts.items()}
    folds = [Fold('a', ('a',), ('b',)), Fold('b', ('b',), ('a',))]
    report = attribute_fold_report(folds, predictions)

    known = np.arange(12) > 0
    expected = []
    for column, use in ((0, known), (1, known | True)):
        said, true = scores[use, column] >= 0.5, targets[use, column] == 1
        hits = np.sum(said & true)
        expected.append(200 * hits / (np.sum(said) + np.sum(true)))
    found = [report['per_attribute'][name]['f1'] for name in names]
    np.testing.assert_allclose(found[:2], expected)
    assert found[2] is None and report['constant_attributes'] == ['AU17']
    np.testing.assert_allclose(report['macro_f1'], np.mean(expected))
    assert [(row['fold'], row['samples']) for row in report['folds']] == [('a', 5), ('b', 7)]
    table = attribute_fold_tables(report)
    assert '| AU4 | 11 |' in table and f'{report["macro_f1"]:.2f}' in table
