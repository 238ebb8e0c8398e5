import numpy as np
import pytest
import torch

from mmfer.evaluation.landmarks import landmark_report
from mmfer.evaluation.metrics import LandmarkMetric


def sample(seed: int) -> dict:
    rng = np.random.default_rng(seed)
    points = torch.from_numpy(rng.uniform(0, 100, (68, 2)).astype(np.float32))
    return dict(
        img_path=f'{seed}.jpg',
        landmarks=points,
        pred_landmarks=points + torch.from_numpy(rng.normal(0, 2, (68, 2)).astype(np.float32)),
        landmark_scores=torch.from_numpy((rng.random(68) > 0.4).astype(np.float32)),
        pred_landmark_scores=torch.from_numpy(rng.random(68).astype(np.float32)),
    )


def test_the_report_covers_all_batches():
    samples = [sample(i) for i in range(5)]
    metric = LandmarkMetric(failure=0.05)
    metric.process(None, samples[:3])
    metric.process(None, samples[3:])
    found = metric.evaluate(5)
    fields = ('pred_landmarks', 'pred_landmark_scores', 'landmarks', 'landmark_scores')
    predicted, scores, truth, seen = (np.stack([s[f] for s in samples]) for f in fields)
    assert found == pytest.approx(landmark_report(predicted, scores, truth, seen > 0.5, 0.05))


def test_samples_without_points_are_refused():
    faulty = sample(0)
    del faulty['landmarks'], faulty['pred_landmark_scores']
    with pytest.raises(ValueError, match=r'"0.jpg" has no pred_landmark_scores, landmarks'):
        LandmarkMetric().process(None, [faulty])
