import json
from pathlib import Path

import pytest

from tests.datasets.disk import write_json
from tests.datasets.official import write_ferplus_folders
from tests.datasets.readers.test_ferplus_own_labels import write_codes
from tests.helpers import ROOT
from tests.tools.rald import run_main

EYE = [tuple(10 if k == c else 0 for k in range(10)) for c in range(7)]
CODES = [6, 3, 5, 4, 0, 1, 2]
"""FER2013's codes of the classes of FERPlus without contempt."""
CONFIG = """
_base_ = r'{root}/configs/resnet/resnet18_ferplus-48px.py'
data_root = r'{data}'
part = dict(data_root=data_root, mode='majority', labels='fer2013', empty_classes='warn')
model = dict(backbone=dict(stem_channels=8, base_channels=8), head=dict(in_channels=64))
train_dataloader = dict(batch_size=8, dataset=part)
val_dataloader = dict(dataset=part)
test_dataloader = dict(dataset=dict(data_root=data_root))
epochs = 1
train_cfg = dict(max_epochs=epochs)
param_scheduler = dict(_delete_=True, type='ConstantLR', factor=1.0)
"""


def test_trainings_rankings_and_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = tmp_path / 'ferplus', tmp_path / 'noise'
    write_ferplus_folders(data, EYE * 4)
    wrong = [CODES[(i + 1) % 7] if i in (2, 9, 17, 20) else CODES[i % 7] for i in range(28)]
    write_codes(data, wrong)
    config = tmp_path / 'config.py'
    config.write_text(CONFIG.format(root=ROOT, data=data))
    arguments = [config, '--out', out, '--folds', 2, '--k', 3, '--top', 5, '--jobs', 3]
    run_main(monkeypatch, 'analysis_tools/audit_real_noise.py', *arguments)
    page = (out / 'audit.md').read_text()
    assert page in capsys.readouterr().out
    assert page.startswith('28 images, 4 with a wrong label (14.29 %)')
    assert sum('| fer00000' in line for line in page.splitlines()) == 5
    report = json.loads((out / 'results.json').read_text())
    assert len(report) == 7
    assert all(0 <= one['auroc'] <= 100 and 0 <= one['precision'] <= 100 for one in report.values())
    parts = [
        {row['img_path'] for row in json.loads((out / name / 'rows.json').read_text())}
        for name in ('fold0', 'fold1', 'all')
    ]
    assert parts[0] | parts[1] == parts[2] and not parts[0] & parts[1] and len(parts[2]) == 28
    assert min(map(len, parts)) > 10

    # A call again trains nothing, and gives the same page.
    logs = {path: path.stat().st_mtime_ns for path in out.rglob('output.txt')}
    assert len(logs) == 3
    (out / 'audit.md').unlink()
    run_main(monkeypatch, 'analysis_tools/audit_real_noise.py', *arguments)
    assert (out / 'audit.md').read_text() == page
    assert {path: path.stat().st_mtime_ns for path in logs} == logs

    write_codes(data, [*wrong[:-1], CODES[1]])
    with pytest.raises(
        SystemExit, match=r'1 images, such as .*fer0000027\.png", have other labels'
    ):
        run_main(monkeypatch, 'analysis_tools/audit_real_noise.py', *arguments)


def test_labels_that_cannot_be_judged_stop_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = tmp_path / 'ferplus', tmp_path / 'noise'
    write_ferplus_folders(data, EYE * 2)
    write_codes(data, CODES * 2)
    config = tmp_path / 'config.py'
    config.write_text(CONFIG.format(root=ROOT, data=data))
    for labels, message in (
        ('votes', 'no clean labels beside their own'),
        ('fer2013', '0 of 14 labels are wrong'),
    ):
        option = f'train_dataloader.dataset.labels={labels}'
        arguments = [config, '--out', out, '--cfg-options', option]
        with pytest.raises(SystemExit, match=message):
            run_main(monkeypatch, 'analysis_tools/audit_real_noise.py', *arguments)
    assert not list(out.glob('*/'))


def test_folds_that_cannot_be_drawn_stop_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = tmp_path / 'ferplus', tmp_path / 'noise'
    write_ferplus_folders(data, EYE * 2)
    write_codes(data, [CODES[1], *CODES[1:], *CODES])
    config = tmp_path / 'config.py'
    config.write_text(CONFIG.format(root=ROOT, data=data))
    arguments = [config, '--out', out, '--folds', 5]
    with pytest.raises(SystemExit, match='val_ratio=0.2, val_fold=1 leaves no image'):
        run_main(monkeypatch, 'analysis_tools/audit_real_noise.py', *arguments)
    people = {
        'images': [
            {'id': i, 'file_name': f'FER2013Train/fer{i:07}.png'} for i in range(len(EYE) * 2)
        ],
        'annotations': [
            {'image_id': i, 'category_id': 0, 'identity': f'p{i % 5}'} for i in range(len(EYE) * 2)
        ],
        'categories': [{'id': 0, 'name': 'face'}],
    }
    write_json(data / 'annotations' / 'train.json', people)
    with pytest.raises(SystemExit, match='val_fold=1 divides images, not subjects'):
        run_main(monkeypatch, 'analysis_tools/audit_real_noise.py', *arguments)
    assert not list(out.glob('*/'))


@pytest.mark.parametrize(
    ('option', 'least'), [('--folds', 2), ('--jobs', 1), ('--k', 1), ('--top', 1)]
)
def test_too_small_numbers_stop(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    least: int,
) -> None:
    arguments = ['config.py', '--out', tmp_path / 'noise', option, least - 1]
    with pytest.raises(SystemExit):
        run_main(monkeypatch, 'analysis_tools/audit_real_noise.py', *arguments)
    assert f'{option} {least - 1}: give {least} or more.' in capsys.readouterr().err
