"""tools/test.py as a user runs it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.engine import load_config, train
from tests.helpers import CLASSES, call_tool, run_tool, write_config


@pytest.fixture(scope='module')
def trained(image_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp('trained')
    config = write_config(folder / 'tiny.py', image_folder)
    train(load_config(config, folder / 'work'), validate=False)
    return config, folder / 'work' / 'epoch_1.pth'


def test_metrics_predictions_and_images(
    trained: tuple[Path, Path], image_folder: Path, tmp_path: Path
) -> None:
    files = ('--out', tmp_path / 'a' / 'out.json', '--dump', tmp_path / 'b' / 'dump.json')
    options = (*files, '--show-dir', tmp_path / 'shown', '--work-dir', tmp_path / 'work')
    run_tool('test.py', *trained, *options)
    metrics = json.loads((tmp_path / 'a' / 'out.json').read_text())
    dump = json.loads((tmp_path / 'b' / 'dump.json').read_text())
    assert dump['classes'] == list(CLASSES)
    rows = dump['predictions']
    assert len(rows) == 12
    right = np.mean([row['pred_label'] == row['gt_label'] for row in rows])
    assert metrics['accuracy/top1'] == pytest.approx(100 * right)
    shown = sorted((tmp_path / 'shown').iterdir())
    assert len(shown) == 12
    names = [Path(row['img_path']).stem for row in rows]
    assert [path.name for path in shown] == [f'{i:06}_{name}.png' for i, name in enumerate(names)]
    drawn = np.asarray(Image.open(shown[4]).convert('RGB').crop((0, 0, 224, 224)).resize((32, 32)))
    original = np.asarray(Image.open(rows[4]['img_path']).convert('RGB'))
    # Red is red and blue is blue.
    matched = [np.corrcoef(drawn[..., i].ravel(), original[..., i].ravel())[0, 1] for i in (0, 2)]
    assert min(matched) > 0.8


def test_another_class_order_gives_one_clear_message(
    trained: tuple[Path, Path], image_folder: Path, tmp_path: Path
) -> None:
    config = write_config(tmp_path / 'tiny.py', image_folder, classes=CLASSES[::-1])
    result = call_tool('test.py', config, trained[1], '--work-dir', tmp_path / 'work', check=False)
    assert result.returncode == 1
    assert 'same classes in another order' in result.stderr
    assert 'Traceback' not in result.stderr
