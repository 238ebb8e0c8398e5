"""Tests, resumed trainings and fine-tunings of checkpoints that do not fit."""

from pathlib import Path

import pytest
import torch

from mmfer.engine import test as run_test
from mmfer.engine import train
from mmfer.engine.checkpoint import load_from_disk
from tests.helpers import tiny_config


@pytest.fixture(scope='module')
def trained(image_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('trained')
    train(tiny_config(folder, image_folder), validate=False)
    return folder / 'work' / 'epoch_1.pth'


def changed(trained: Path, folder: Path, prefix: str = '', lost: str = '') -> Path:
    """A copy of a checkpoint with other names of weights, or without one."""
    content = load_from_disk(str(trained))
    state = {f'{prefix}{name}': value for name, value in content['state_dict'].items()}
    state.pop(lost, None)
    torch.save({**content, 'state_dict': state}, folder / 'changed.pth')
    return folder / 'changed.pth'


@pytest.mark.parametrize(
    ('prefix', 'lost', 'message'),
    [
        (
            'old.',
            '',
            r'"\S+changed.pth" does not fit ImageClassifier: 0 of \d+ weights fit; \d+ of',
        ),
        ('', 'head.fc.bias', r'1 of the model not in the checkpoint: head\.fc\.bias\. Give the co'),
    ],
)
def test_a_test_and_a_resume_are_refused(
    trained: Path, image_folder: Path, tmp_path: Path, prefix: str, lost: str, message: str
) -> None:
    path = changed(trained, tmp_path, prefix, lost)
    with pytest.raises(ValueError, match=message):
        run_test(tiny_config(tmp_path, image_folder), path)
    with pytest.raises(ValueError, match=message):
        train(tiny_config(tmp_path, image_folder, {'train_cfg.max_epochs': 2}), resume=str(path))


def test_other_widths_are_refused(trained: Path, image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder, {'model.backbone.stem_channels': 16})
    with pytest.raises(ValueError, match=r'of another shape: backbone\.conv1\.weight \(\(8, 3, 7'):
        run_test(cfg, trained)


def test_a_file_without_weights(image_folder: Path, tmp_path: Path) -> None:
    torch.save({'meta': {}, 'state_dict': {}}, tmp_path / 'empty.pth')
    with pytest.raises(ValueError, match=r'empty\.pth" holds no named weights'):
        run_test(tiny_config(tmp_path, image_folder), tmp_path / 'empty.pth')


def test_fine_tuning_needs_one_weight(trained: Path, image_folder: Path, tmp_path: Path) -> None:
    path = changed(trained, tmp_path, prefix='old.')
    with pytest.raises(ValueError, match=r'0 of \d+ weights fit.* instead of load_from'):
        train(tiny_config(tmp_path, image_folder, {'load_from': str(path)}), validate=False)


def test_fine_tuning_logs_the_others(trained: Path, image_folder: Path, tmp_path: Path) -> None:
    path = changed(trained, tmp_path, lost='head.fc.bias')
    train(tiny_config(tmp_path, image_folder, {'load_from': str(path)}), validate=False)
    log = next((tmp_path / 'work').rglob('*.log')).read_text()
    assert f'Fine-tuning from "{path}": ' in log
    assert '1 of the model not in the checkpoint: head.fc.bias.' in log
