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


def test_what_is_written_is_read(tmp_path: Path) -> None:
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


def test_faulty_files_stop(tmp_path: Path) -> None:
    path = tmp_path / 'p.json'
    with pytest.raises(FileNotFoundError, match='--dump'):
        Predictions.load(path)
    path.write_text('[1]')
    with pytest.raises(ValueError, match='holds no predictions'):
        Predictions.load(path)
    Predictions(['a', 'b', 'c'], SAMPLES).save(path)
    with pytest.raises(ValueError, match=r'predictions\[0\]: gt_label and 3 pred_scores'):
        Predictions.load(path)
