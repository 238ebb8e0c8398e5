from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.hooks import EarlyStoppingHook

from mmfer.engine import load_config
from mmfer.engine.configuration.choosers import choosers
from mmfer.engine.experiments.folds import common_config, read_pool
from mmfer.engine.experiments.leakage import alike, check_weights, innermost, validated_subjects
from mmfer.registry import HOOKS
from tests.datasets.casme2_files import row, write_clip, write_coding
from tests.subjects import INNER_VALIDATION, write_subject_config, write_subjects

EVERYBODY = {'sub01', 'sub02', 'sub03'}


@HOOKS.register_module(force=True)
class PatientHook(EarlyStoppingHook):
    """An early stopping hook with another name."""


@pytest.fixture(scope='module')
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_subjects(tmp_path_factory.mktemp('data') / 'faces')


def config(folder: Path, root: Path, extra: str = '', **options: Any) -> Config:
    path = write_subject_config(folder / 'tiny.py', root, extra)
    return load_config(path, folder / 'work', options)


SAVE_BEST = "default_hooks['checkpoint']['save_best'] = 'macro_f1'\n"
LEAKS = {
    "default_hooks.checkpoint.save_best='macro_f1'": SAVE_BEST,
    "custom_hooks[0].save_best='auto'": (
        "custom_hooks = [dict(type='CheckpointHook', save_best='auto')]\n"
    ),
    'custom_hooks[0] (EarlyStoppingHook)': (
        "custom_hooks = [dict(type='EarlyStoppingHook', monitor='accuracy')]\n"
    ),
    'default_hooks.stop (PatientHook)': (
        "default_hooks['stop'] = dict(type='PatientHook', monitor='accuracy')\n"
    ),
    'param_scheduler (ReduceOnPlateauLR)': (
        "param_scheduler = [dict(type='ConstantLR', factor=1),\n"
        "                   dict(type='ReduceOnPlateauLR', monitor='accuracy')]\n"
    ),
    'param_scheduler (ReduceOnPlateauMomentum)': (
        "param_scheduler = dict(generator=dict(type='ReduceOnPlateauMomentum', monitor='loss'))\n"
    ),
}


@pytest.mark.parametrize('name', LEAKS)
def test_every_choice_on_held_out_subjects_is_refused(
    name: str, root: Path, tmp_path: Path
) -> None:
    cfg = config(tmp_path, root, LEAKS[name])
    assert choosers(cfg) == [name]
    with pytest.raises(ValueError) as error:
        common_config(cfg, read_pool(cfg))
    assert f'Leakage: {name} would choose by val_dataloader' in str(error.value)
    assert 'contains 3 of the held-out subjects, such as sub01' in str(error.value)


def test_all_forbidden_choices_are_named(root: Path, tmp_path: Path) -> None:
    both = SAVE_BEST + LEAKS['custom_hooks[0] (EarlyStoppingHook)']
    cfg = config(tmp_path, root, both)
    with pytest.raises(ValueError, match=r'macro_f1. and custom_hooks\[0\] .*Remove these entries'):
        common_config(cfg, read_pool(cfg))


@pytest.mark.parametrize('name', LEAKS)
def test_every_choice_on_training_subjects_is_allowed(
    name: str, root: Path, tmp_path: Path
) -> None:
    cfg = config(tmp_path, root, INNER_VALIDATION + LEAKS[name])
    assert validated_subjects(cfg, EVERYBODY) == set()
    assert common_config(cfg, read_pool(cfg)).val_dataloader is not None


def test_the_plain_config_makes_no_choice(root: Path, tmp_path: Path) -> None:
    assert choosers(config(tmp_path, root)) == []
    assert choosers(config(tmp_path, root, 'default_hooks = dict(checkpoint=None)\n')) == []


def test_validation_on_other_subjects_is_allowed(root: Path, tmp_path: Path) -> None:
    others = write_subjects(tmp_path / 'others', {'sub08': (0, 1, 2), 'sub09': (0,)})
    extra = f"val_dataloader['dataset'].update(data_root=r'{others}')\n"
    extra = 'import copy\nval_dataloader = copy.deepcopy(val_dataloader)\n' + extra + SAVE_BEST
    cfg = config(tmp_path, root, extra)
    assert validated_subjects(cfg, EVERYBODY) == set()
    assert common_config(cfg, read_pool(cfg)).val_dataloader.dataset.data_root == str(others)


def test_unknown_subjects_in_the_validation_set_may_be_anybody(root: Path, tmp_path: Path) -> None:
    cfg = config(tmp_path, root)
    folder = tmp_path / 'nameless'
    write_subjects(folder, {'sub01': (0, 1, 2)})
    table = (folder / 'train.csv').read_text().replace('sub01\n', '\n')
    (folder / 'train.csv').write_text(table)
    cfg.val_dataloader.dataset.data_root = str(folder)
    assert validated_subjects(cfg, EVERYBODY) == EVERYBODY


def test_test_subjects_of_the_config_need_not_exist(root: Path, tmp_path: Path) -> None:
    """A part of CASME II may lack the test subjects of the config."""
    rows = [row(n, f'EP01_0{n}', 3, 5, 8, '4', 'others') for n in (1, 2)]
    write_coding(tmp_path / 'casme2', rows)
    for n in (1, 2):
        write_clip(tmp_path / 'casme2', f'sub0{n}/EP01_0{n}', range(3, 9))
    cfg = config(tmp_path, root)
    reader = dict(type='CASME2', data_root=str(tmp_path / 'casme2'), empty_classes='warn')
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset = ConfigDict(**reader, split='train', test_subjects=['sub09'])
    pool = read_pool(cfg)
    assert pool.subjects == ['sub01', 'sub02']
    common = common_config(cfg, pool)
    assert common.val_dataloader is None
    assert innermost(cfg.val_dataloader.dataset, 'val_dataloader').test_subjects == ['sub09']


def test_one_person_under_two_names_is_warned_of(tmp_path: Path, log: list[str]) -> None:
    assert alike(['sub01', 'SUB1', 'sub10', 'sub1a']) == [('SUB1', 'sub01')]
    people = {'sub01': (0, 1, 2), 'Sub1': (0, 1), 'sub10': (0, 2)}
    cfg = config(tmp_path, write_subjects(tmp_path / 'faces', people))
    read_pool(cfg)
    assert sum('Sub1 and sub01 are different subjects' in line for line in log) == 1


def test_without_validation_nothing_is_refused(root: Path, tmp_path: Path) -> None:
    cfg = config(tmp_path, root)
    cfg.val_dataloader = None
    assert validated_subjects(cfg, EVERYBODY) == set()


@pytest.mark.parametrize(
    'entry', ['load_from', 'model.backbone.init_cfg'], ids=['whole', 'backbone']
)
def test_weights_trained_on_the_data_are_refused(entry: str, root: Path, tmp_path: Path) -> None:
    weights = tmp_path / 'best_macro_f1.pth'
    path: Any = str(weights)
    if entry != 'load_from':
        path = dict(type='Pretrained', checkpoint=path)
    cfg = config(tmp_path, root, **{entry: path})
    torch.save({'state_dict': {}, 'meta': {'cfg': cfg.pretty_text}}, weights)
    with pytest.raises(ValueError, match=r'Leakage: .*best_macro_f1.pth" was trained on'):
        check_weights(cfg)
    other = config(tmp_path, tmp_path / 'elsewhere')
    torch.save({'state_dict': {}, 'meta': {'cfg': other.pretty_text}}, weights)
    check_weights(cfg)
    for unknown in ({'weight': torch.zeros(1)}, [torch.zeros(1)], {'meta': [1]}):
        torch.save(unknown, weights)
        check_weights(cfg)
    weights.write_bytes(b'of another library')
    check_weights(cfg)


@pytest.mark.parametrize(
    ('where', 'options'),
    {
        'model: pretrained': {'model.pretrained': 'seen.pth'},
        'custom_hooks: checkpoint': {
            'custom_hooks': [dict(type='TeacherHook', checkpoint='seen.pth')]
        },
        'default_hooks: checkpoint': {
            'default_hooks.teacher': dict(type='TeacherHook', checkpoint='seen.pth')
        },
    }.items(),
)
def test_weights_and_teachers_that_know_the_data_are_refused(
    where: str, options: dict[str, Any], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cfg = config(tmp_path, root, **options)
    torch.save({'state_dict': {}, 'meta': {'cfg': cfg.pretty_text}}, 'seen.pth')
    with pytest.raises(ValueError, match=f'Leakage: {where}="seen.pth" was trained on'):
        common_config(cfg, read_pool(cfg))


def test_a_shipped_model_is_no_teacher_of_its_own_training_data(tmp_path: Path) -> None:
    hook = dict(type='TeacherHook', checkpoint='efficientnet-lite0_ferplus')
    with pytest.raises(ValueError, match='"efficientnet-lite0_ferplus" was trained on .*ferplus'):
        check_weights(config(tmp_path, Path('data/ferplus'), custom_hooks=[hook]))
    check_weights(config(tmp_path, Path('data/casme2'), custom_hooks=[hook]))


@pytest.mark.parametrize('path', ['~/mine.pth', '{home}/mine.pt', '{home}/mine'])
def test_weights_are_found_in_every_entry_that_names_them(
    path: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('HOME', str(tmp_path))
    cfg = config(tmp_path, root, load_from=path.format(home=tmp_path))
    weights = Path(cfg.load_from).expanduser()
    torch.save({'state_dict': {}, 'meta': {'cfg': cfg.pretty_text}}, weights)
    with pytest.raises(ValueError, match='Leakage: load_from'):
        check_weights(cfg)


def test_the_config_of_a_checkpoint_is_not_run(root: Path, tmp_path: Path) -> None:
    weights, mark = tmp_path / 'stranger.pth', tmp_path / 'mark'
    code = f"open(r'{mark}', 'w')\ntrain_dataloader = dict(dataset=dict(data_root=r'{root}'))\n"
    torch.save({'state_dict': {}, 'meta': {'cfg': code}}, weights)
    cfg = config(tmp_path, root, load_from=str(weights))
    with pytest.raises(ValueError, match='Leakage: load_from'):
        check_weights(cfg)
    assert not mark.exists()
    torch.save({'state_dict': {}, 'meta': {'cfg': 'no config ('}}, weights)
    check_weights(cfg)


def test_concatenated_data_sets_are_refused(root: Path, tmp_path: Path) -> None:
    cfg = config(tmp_path, root)
    part = cfg.train_dataloader.dataset
    inside = dict(type='ConcatDataset', datasets=[part, part])
    cfg.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=inside)
    with pytest.raises(ValueError, match='train_dataloader.dataset joins 2 data sets'):
        innermost(cfg.train_dataloader.dataset, 'train_dataloader')
