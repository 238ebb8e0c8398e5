"""The baselines of pixels, as a command."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from mmfer.engine import load_config
from mmfer.evaluation import pixel_baseline
from mmfer.faces import Face, ImageFaces, write_sidecar
from mmfer.registry import DATASETS
from tests.datasets.casme2_files import row, write_coding
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames
from tests.helpers import ROOT, call_tool
from tests.tools.rald import run_main

CONFIG = ROOT / 'configs' / 'ststnet' / 'ststnet_synthetic.py'


@pytest.fixture(scope='module')
def smiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of each of three subjects: the corners of the mouth rise, or fall."""
    root = tmp_path_factory.mktemp('smiles') / 'casme2'
    rows, images = [], []
    face = Face(np.array([40.0, 60, 230, 300]), 0.9, None, photo_landmarks(), np.ones(68))
    for number in (1, 2, 3):
        for name, emotion, pixels in (('EP01', 'happiness', 3.0), ('EP02', 'others', -3.0)):
            rows.append(row(f'{number:02}', name, 1, 3, 5, '12', emotion))
            folder = root / 'CASME2_RAW_selected' / f'sub{number:02}' / name
            write_frames(folder, photo_clip(5, 2, pixels=pixels, drift=(number, -number)))
            images += [
                ImageFaces(str(path.relative_to(root)), 280, 340, (face,))
                for path in folder.iterdir()
            ]
    write_coding(root, rows)
    (root / 'annotations').mkdir()
    write_sidecar(root / 'annotations' / 'faces.json', images)
    return root


@pytest.fixture(scope='module')
def options(smiles: Path) -> list[str]:
    loaders = ('train_dataloader', 'test_dataloader', 'val_dataloader')
    every = [f'{loader}.dataset.empty_classes=warn' for loader in loaders]
    every += [f'{loader}.dataset.test_subjects=()' for loader in loaders]
    return [f'data_root={smiles}', *every]


def test_each_subject_is_left_out_in_turn(smiles: Path, options: list[str], tmp_path: Path) -> None:
    out = tmp_path / 'report.json'
    call_tool(
        'analysis_tools/pixel_baseline.py',
        *(CONFIG, '--input', 'model', '--loso', '--side', 7, '--out', out),
        *('--cfg-options', *options),
    )
    cfg = load_config(CONFIG, tmp_path, {'data_root': str(smiles)})
    dataset = dict(cfg.test_dataloader.dataset, test_subjects=(), empty_classes='warn')
    data = DATASETS.build(dataset)
    infos = [data.get_data_info(i) for i in range(len(data))]
    who = np.array([info['subject'] for info in infos])
    labels = np.array([info['gt_label'] for info in infos])
    motions = np.stack([data[i]['inputs'].numpy() for i in range(len(data))])
    small = motions.reshape(len(data), 3, 7, 4, 7, 4).mean(axis=(3, 5)).reshape(len(data), -1)
    correct = 0
    for subject in set(who):
        rest = who != subject
        # A class has two images here, for which shrinkage='auto' is 0.
        lda = LinearDiscriminantAnalysis(solver='lsqr', shrinkage=1e-4)
        lda.fit(small[rest], labels[rest])
        correct += int((lda.predict(small[~rest]) == labels[~rest]).sum())
    report = json.loads(out.read_text())
    assert report['accuracy'] == pytest.approx(100 * correct / 6, abs=0.01)
    assert report['accuracy'] == 100  # up and down are opposite motions
    assert report['majority']['accuracy'] == 50


def test_images_of_the_training_part_predict_those_of_the_test_part(
    options: list[str], tmp_path: Path
) -> None:
    out = tmp_path / 'report.json'
    call_tool('analysis_tools/pixel_baseline.py', CONFIG, '--out', out, '--cfg-options', *options)
    assert json.loads(out.read_text())['accuracy'] == 100  # the same clips in both parts


@pytest.mark.parametrize(('turns', 'folds'), [('--loso', [(10, 2)] * 6), ('--lodo', [(6, 6)] * 2)])
def test_the_same_name_in_two_data_sets_is_two_people(
    turns: str, folds: list, smiles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = [str(smiles), str(shutil.copytree(smiles, tmp_path / 'other'))]
    config = tmp_path / 'joined.py'
    config.write_text(f"""
_base_ = r'{CONFIG}'
def joined(pipeline):
    more = dict(empty_classes='warn', test_subjects=(), onset=True, pipeline=pipeline)
    parts = [dict(type='CASME2', data_root=root, **more) for root in {roots!r}]
    return dict(_delete_=True, type='ConcatDataset', datasets=parts)
train_dataloader = dict(dataset=joined(_base_.train_pipeline))
test_dataloader = dict(dataset=joined(_base_.test_pipeline))
val_dataloader = test_dataloader
""")
    sizes = []

    def counted(train: np.ndarray, labels: np.ndarray, test: np.ndarray, classes: int):
        sizes.append((len(train), len(test)))
        return np.full((len(test), classes), 1 / classes)

    monkeypatch.setattr(pixel_baseline, 'pixel_lda', counted)
    run_main(monkeypatch, 'analysis_tools/pixel_baseline.py', config, turns, '--input', 'model')
    assert sizes == folds


def test_action_units_are_told_by_one_analysis_each(
    smiles: Path, options: list[str], tmp_path: Path
) -> None:
    out = tmp_path / 'report.json'
    config = CONFIG.with_name('ststnet-action-units_casme2.py')
    call_tool(
        'analysis_tools/pixel_baseline.py',
        *(config, '--input', 'model', '--loso', '--side', 7, '--out', out),
        *('--cfg-options', *options),
    )
    report = json.loads(out.read_text())
    assert len(report['attributes']) == 12 and report['num_samples'] == 6
    assert report['per_attribute']['AU12']['accuracy'] == 100
    assert report['constant_attributes'] == report['attributes']


@pytest.mark.parametrize('side', [0, -3, 129, 100_000])
def test_a_side_without_pixels_or_too_large_is_refused(
    side: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run_main(monkeypatch, 'analysis_tools/pixel_baseline.py', 'config.py', '--side', side)
    assert f'--side {side}: give 1 to 128 pixels.' in capsys.readouterr().err
