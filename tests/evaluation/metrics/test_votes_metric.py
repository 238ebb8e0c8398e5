from typing import Any

import numpy as np
import pytest
import torch

from mmfer.evaluation.metrics import VotesMetric
from mmfer.evaluation.votes import votes_report

CLASSES = ('neutral', 'happiness', 'anger')


def sample(scores: list[float], label: int, votes: list[int] | None) -> dict[str, Any]:
    found = {'pred_score': torch.tensor(scores), 'gt_label': torch.tensor([label])}
    return found if votes is None else {**found, 'votes': torch.tensor(votes)}


def test_batches_are_judged_together() -> None:
    rng = np.random.default_rng(0)
    scores, labels = rng.dirichlet(np.ones(3), 7), rng.integers(0, 3, 7)
    votes = rng.integers(2, 6, (7, 10))
    metric = VotesMetric(divided=0.5)
    metric.dataset_meta = {'classes': CLASSES}
    rows = [sample(*row) for row in zip(scores.tolist(), labels, votes.tolist(), strict=True)]
    metric.process(None, rows[:4])
    metric.process(None, rows[4:])
    found = metric.evaluate(7)
    expected = votes_report(scores, labels, votes, 0.5)
    assert set(found) == {'kl_votes', 'divided_accuracy'}
    for name, value in found.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-5)
    assert metric.report is not None and metric.report['divided_count'] == expected['divided_count']


def test_samples_without_votes_and_impossible_shares_stop() -> None:
    with pytest.raises(ValueError, match='has no votes'):
        VotesMetric().process(None, [sample([1.0, 0, 0], 0, None)])
    for divided in (0, 1.5):
        with pytest.raises(ValueError, match='above 0 and at most 1'):
            VotesMetric(divided=divided)
