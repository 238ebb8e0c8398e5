import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.synthetic.generate import generate
from tests.datasets.disk import write_image
from tests.helpers import ROOT, call_tool, run_tool

TOOL = 'analysis_tools/browse_dataset.py'
CLASSES = ['anger', 'fear', 'happiness']


@pytest.fixture(scope='module')
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config for a user's own folder, with small images."""
    root = tmp_path_factory.mktemp('mine')
    rng = np.random.default_rng(0)
    for part, count in (('train', 10), ('test', 4)):
        for i, name in enumerate(CLASSES):
            for k in range(count):
                path = write_image(root / part / name / f'{k}.png', seed=k)
                # Each class has its own color, so that it can be learned.
                color = np.full((32, 32, 3), 40)
                color[..., i] = 200
                pixels = (color + rng.integers(-30, 30, color.shape)).clip(0, 255)
                Image.fromarray(pixels.astype(np.uint8)).save(path)
    path = root / 'mine.py'
    path.write_text(
        f"_base_ = '{ROOT}/configs/custom/resnet18_my_folder.py'\n"
        f"folder = dict(data_root='{root}')\n"
        + ''.join(
            f"{part}_dataloader = dict(batch_size=8, dataset=dict(data_root='{root}'))\n"
            for part in ('train', 'val', 'test')
        )
        + 'train_cfg = dict(max_epochs=3)\n'
        'param_scheduler = dict(total_steps=3)\n'
        'model = dict(backbone=dict(stem_channels=8, base_channels=8), head=dict(in_channels=64))\n'
    )
    return path


@pytest.mark.parametrize('mode', ['original', 'transformed'])
def test_samples_are_drawn(config: Path, tmp_path: Path, mode: str) -> None:
    out = tmp_path / 'new' / 'samples.png'
    options = ('--mode', mode, '--number', 8, '--columns', 4, '--size', 60, '--out', out)
    result = call_tool(TOOL, config, *options)
    assert '8 of 27 train samples' in result.stdout
    sheet = np.asarray(Image.open(out))
    assert sheet.shape == (8 + 2 * (60 + 42 + 8), 8 + 4 * 68, 3)
    assert sheet[8:68, 8:68].std() > 20


def test_attributes_are_drawn(tmp_path: Path) -> None:
    root, out = tmp_path / 'celeba', tmp_path / 'samples.png'
    generate('celeba', root, 'tiny', images=24, progress=False)
    config = tmp_path / 'celeba.py'
    config.write_text(
        f"_base_ = '{ROOT}/configs/_base_/datasets/celeba.py'\n"
        "model = dict(type='ImageClassifier', backbone=dict(type='ResNet', depth=18))\n"
    )
    options = ('--number', 4, '--columns', 2, '--size', 200, '--out', out, '--cfg-options')
    result = run_tool(TOOL, config, *options, f'train_dataloader.dataset.data_root={root}')
    assert '4 of' in result.stdout
    sheet = np.asarray(Image.open(out))
    assert sheet[8:208, 8:208].std() > 20 and sheet[210:240, 8:208].std() > 5


def test_the_landmark_mask_is_drawn(rendered_rafdb: Path, tmp_path: Path) -> None:
    slim = 'configs/multi_region/multi_region_vgg16bn_synthetic-ablation.py'
    sheets = []
    for ids in ('[36,37,38]', '[54,55,56]'):  # an eye, the mouth
        out = tmp_path / 'masks.png'
        options = ('--mode', 'landmark-mask', '--number', 3, '--size', 100, '--out', out)
        data = f'train_dataloader.dataset.data_root={rendered_rafdb}'
        points = f'train_dataloader.dataset.pipeline.3.ids={ids}'
        result = call_tool(TOOL, slim, *options, '--cfg-options', data, points)
        assert '3 of' in result.stdout
        sheets.append(np.asarray(Image.open(out).convert('RGB')).astype(int))
    first, second = sheets
    # Three rows and three columns of 100 pixels, at 120 dots per inch.
    assert first.shape == second.shape and min(first.shape[:2]) > 3 * 100
    # The columns with all landmarks are equal; those with the mask differ.
    differ = (first != second).any(axis=2).mean(axis=0)
    middle = first.shape[1] // 2
    assert differ[: middle - 100].max() < 0.05 and differ[middle + 100 :].max() > 0.1


def test_a_pipeline_without_a_landmark_mask_is_refused(config: Path, tmp_path: Path) -> None:
    options = ('--mode', 'landmark-mask', '--out', tmp_path / 'a.png')
    result = call_tool(TOOL, config, *options, check=False)
    assert result.returncode == 1 and 'has no LandmarkMask' in result.stderr


def test_attributes_are_named() -> None:
    describe = runpy.run_path(str(ROOT / 'tools' / TOOL))['describe']
    sample = dict(gt_score=np.array([1, 0, 1, 1]), img_path='a/000001.jpg')
    assert (
        describe(sample, ('Bald', 'Male', 'Smiling', 'Young')) == 'Bald, Smiling\nYoung\n000001.jpg'
    )


def test_the_config_for_a_users_folder_trains_and_is_tested(config: Path, tmp_path: Path) -> None:
    work = tmp_path / 'work'
    run_tool('train.py', config, '--work-dir', work)
    (best,) = work.glob('best_mean_class_accuracy_*.pth')
    out = tmp_path / 'confusion.png'
    matrix = 'analysis_tools/confusion_matrix.py'
    result = run_tool(matrix, config, best, '--out', out, '--work-dir', work)
    report = json.loads(out.with_suffix('.json').read_text())
    assert report['classes'] == CLASSES
    assert report['num_samples'] == 12
    assert report['accuracy'] > 50
    assert 'mean class accuracy' in result.stdout
    assert out.is_file()
