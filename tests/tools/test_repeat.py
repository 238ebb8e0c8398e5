import json
import re

import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mmfer.registry import MODELS
from tests.helpers import write_config
from tests.subjects import write_subject_config, write_subjects
from tests.tools.rald import run_main


def test_variants_are_trained_once_and_tested_in_their_contexts(
    small_rald, tmp_path, monkeypatch, capsys
):
    plain = tmp_path / 'plain.py'
    plain.write_text(
        f"_base_ = r'{small_rald.config}'\n"
        "model = dict(neck=dict(_delete_=True, type='GlobalAveragePooling'),\n"
        "    head=dict(_delete_=True, type='LinearClsHead', num_classes=33, in_channels=64))\n"
        'custom_hooks = []\n'
    )
    out = tmp_path / 'table'
    arguments = [small_rald.config, '--variants', plain, small_rald.config, '--seeds', 0]
    arguments += ['--contexts', 'support', 'self', '--out', out, '--jobs', 2]
    run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)
    rows = (out / 'table.md').read_text().splitlines()[2:]
    contexts = [re.split(r' *\| *', row)[1:3] for row in rows]
    numbers = [cell for row in rows for cell in re.split(r' *\| *', row)[4:7]]
    assert len(numbers) == 9 and all(0 <= float(number) <= 100 for number in numbers)
    assert contexts == [['plain', '-'], ['small_rald', 'support'], ['small_rald', 'self']]
    results = json.loads((out / 'results.json').read_text())
    assert 0 <= results['small_rald']['self'][0]['accuracy'] <= 100
    logs = {path: path.stat().st_mtime_ns for path in out.rglob('output.txt')}
    assert len(logs) == 2
    run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)
    assert {path: path.stat().st_mtime_ns for path in logs} == logs
    for other in (['--cfg-options', 'optim_wrapper.optimizer.lr=0.5'], ['--load-from', 'a.pth']):
        with pytest.raises(SystemExit, match='had other settings'):
            run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments, *other)


def test_variants_with_one_name_are_refused(small_rald, tmp_path, monkeypatch):
    (tmp_path / 'other').mkdir()
    twin = tmp_path / 'other' / small_rald.config.name
    twin.write_text(f"_base_ = r'{small_rald.config}'\n")
    arguments = [small_rald.config, '--variants', twin, small_rald.config, '--out', tmp_path]
    with pytest.raises(SystemExit, match='Two variants are named small_rald'):
        run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)


def test_a_row_changes_a_slim_config_and_has_the_requested_columns(
    image_folder, tmp_path, monkeypatch
):
    write_config(tmp_path / 'paper.py', image_folder)
    slim, row = tmp_path / 'slim.py', tmp_path / 'row.py'
    slim.write_text("""_base_ = './paper.py'
model = dict(backbone=dict(base_channels=4, stem_channels=4), head=dict(in_channels=32))
test_evaluator = dict(_delete_=True, type='ExpressionMetric')
""")
    row.write_text("""_base_ = './paper.py'
model = dict(neck=[dict(type='FeaturePooling')], head=dict(type='FeatureLossHead'))
custom_hooks = []
""")
    out = tmp_path / 'table'
    columns = ['accuracy', 'per_class.anger.auc', 'scatter_ratio']
    arguments = [slim, '--variants', row, '--seeds', 0, '--out', out, '--scatter']
    run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments, '--metrics', *columns)
    head, _, text = (out / 'table.md').read_text().splitlines()
    assert head == f'| variant | seeds | {" | ".join(columns)} |'
    name, seeds, *numbers = re.split(r' *\| *', text)[1:-1]
    assert (name, seeds) == ('row', '1')
    assert len(numbers) == 3 and all(float(number) >= 0 for number in numbers)
    model = Config.fromfile(str(out / 'row' / 'config.py')).model
    assert (model.head.type, model.head.in_channels) == ('FeatureLossHead', 32)
    assert model.backbone.base_channels == 4
    ratio = json.loads((out / 'row' / 'seed0' / 'scatter_-.json').read_text())['scatter_ratio']
    assert json.loads((out / 'results.json').read_text())['row']['-'][0]['scatter_ratio'] == ratio


def test_variants_of_another_family_need_whole_models(image_folder, tmp_path, monkeypatch):
    base = write_config(tmp_path / 'base.py', image_folder)
    other = write_config(tmp_path / 'other.py', image_folder, "model['head']['topk'] = (1, 2)\n")
    arguments = [base, '--variants', other, '--out', tmp_path / 'table']
    with pytest.raises(SystemExit, match='inherit no common config'):
        run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)


def test_rows_are_cross_validated_with_the_weights_of_their_backbone(tmp_path, monkeypatch, capsys):
    config = write_subject_config(tmp_path / 'base.py', write_subjects(tmp_path / 'faces'))
    weights = tmp_path / 'ResNet_1.pth'
    model = MODELS.build(Config.fromfile(str(config)).model)
    torch.save({'state_dict': model.state_dict()}, weights)
    out = tmp_path / 'table'
    arguments = [config, '--protocol', 'kfold', '--folds', 2, '--seeds', 1, '--jobs', 2, '--plot']
    arguments += ['--load-from', tmp_path / '{backbone}_{seed}.pth', '--out', out]
    options = ['--cfg-options', 'train_cfg.max_epochs=1']
    run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments, *options)
    printed = capsys.readouterr().out
    assert '| variant | seeds | accuracy | macro_f1 | mean_class_accuracy |' in printed
    assert '| base | 1 | ' in printed
    report = json.loads((out / 'base' / 'seed1' / 'results.json').read_text())
    assert (report['protocol'], report['seed'], report['num_samples']) == ('kfold', 1, 12)
    assert json.loads((out / 'results.json').read_text()) == {'base': {'-': [report]}}
    assert Image.open(out / 'table.png').size == (880, 231)
    again = [*arguments, *options]
    run_main(monkeypatch, 'analysis_tools/repeat.py', *again)
    for other in (['--protocol', 'loso'], ['--folds', 3], ['--load-from', weights]):
        with pytest.raises(SystemExit, match='had other settings: runs.json, line'):
            run_main(monkeypatch, 'analysis_tools/repeat.py', *again, *other)
    table = (tmp_path / 'faces' / 'train.csv').read_text().splitlines()
    (tmp_path / 'faces' / 'train.csv').write_text('\n'.join(table[:-1]) + '\n')
    with pytest.raises(SystemExit, match='had other settings: runs.json, line'):
        run_main(monkeypatch, 'analysis_tools/repeat.py', *again)
    for fold in ('1_1', '2_2'):
        log = (out / 'base' / 'seed1' / 'folds' / fold / 'output.txt').read_text()
        assert f'Load checkpoint from {weights}' in log


def test_the_scatter_of_a_cross_validation_is_refused(tmp_path, monkeypatch, capsys):
    arguments = ['base.py', '--protocol', 'loso', '--scatter', '--out', tmp_path]
    with pytest.raises(SystemExit):
        run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)
    assert '--protocol trains a model in each fold' in capsys.readouterr().err


def test_no_jobs_are_refused(tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run_main(monkeypatch, 'analysis_tools/repeat.py', 'base.py', '--out', tmp_path, '--jobs', 0)
    assert '--jobs 0: give 1 or more' in capsys.readouterr().err


def test_a_reference_is_a_row_and_compares_the_columns_asked_for(
    small_rald, tmp_path, monkeypatch, capsys
):
    arguments = [small_rald.config, '--out', tmp_path / 'table', '--reference', 'plain']
    with pytest.raises(SystemExit):
        run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments)
    assert '--reference compares the columns of --metrics' in capsys.readouterr().err
    with pytest.raises(SystemExit, match='"plain" of the row "small_rald" is not among the rows'):
        run_main(monkeypatch, 'analysis_tools/repeat.py', *arguments, '--metrics', 'accuracy')
    assert not list((tmp_path / 'table').glob('*/seed*'))
