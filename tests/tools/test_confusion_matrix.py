import json
from pathlib import Path

import numpy as np
from PIL import Image

from mmfer.evaluation import Predictions
from tests.helpers import run_tool

TOOL = 'analysis_tools/confusion_matrix.py'


def test_predictions_become_a_picture_and_a_report(tmp_path: Path) -> None:
    samples = [
        {
            'img_path': f'{i}.png',
            'sample_idx': i,
            'gt_label': i % 3,
            'pred_label': 0,
            'pred_scores': [0.5, 0.3, 0.2],
        }
        for i in range(6)
    ]
    dump = tmp_path / 'p.json'
    Predictions(['a', 'b', 'c'], samples, ['x', 'y'], [0, 0, 1]).save(dump)
    out = tmp_path / 'new' / 'matrix.png'
    result = run_tool(TOOL, dump, '--out', out)
    assert min(Image.open(out).size) > 300
    report = json.loads(out.with_suffix('.json').read_text())
    assert report['confusion_matrix'] == [[2, 0, 0], [2, 0, 0], [2, 0, 0]]
    assert np.isclose(report['coarse_accuracy'], 100 * 4 / 6)
    assert 'coarse accuracy' in result.stdout


def test_a_config_needs_a_checkpoint() -> None:
    result = run_tool(TOOL, 'a.py', check=False)
    assert result.returncode == 1
    assert 'give the checkpoint' in result.stderr
