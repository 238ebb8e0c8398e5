"""Faulty trainings are refused before their first step."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.runner import EpochBasedTrainLoop
from torch import nn

from mmfer.engine import train
from mmfer.engine.configuration.config_text import read_values
from mmfer.engine.hooks import EvalContextHook
from mmfer.engine.run_checks import check_support
from mmfer.models import ITRR
from tests.datasets.official import celeba_values, write_celeba
from tests.helpers import tiny_config

EXTRA = "val_evaluator = [dict(type='ExpressionMetric'), dict(type='Accuracy', topk=(1,))]\n"


@pytest.mark.parametrize(
    ('best', 'message'),
    [
        ('acuracy', r'Did you mean accuracy\? val_evaluator gives accuracy, accuracy/\.\.\., auc'),
        (['accuracy', 'wrong'], "save_best='wrong' is not a measure of the validation. val_eval"),
    ],
)
def test_a_save_best_that_no_metric_gives_is_refused(
    image_folder: Path, tmp_path: Path, best: object, message: str
):
    options = {'default_hooks.checkpoint.save_best': best, 'default_hooks.checkpoint.rule': 'less'}
    with pytest.raises(ValueError, match=message):
        train(tiny_config(tmp_path, image_folder, options, EXTRA))
    assert not list(tmp_path.rglob('*.pth'))


@pytest.mark.parametrize('best', ['macro_f1', 'accuracy/top1', 'auto'])
def test_a_save_best_of_a_metric_is_accepted(image_folder: Path, tmp_path: Path, best: str) -> None:
    options = {'default_hooks.checkpoint.save_best': best}
    if best == 'macro_f1':
        options['default_hooks.checkpoint.rule'] = 'greater'
    train(tiny_config(tmp_path, image_folder, options, EXTRA))
    assert len(list((tmp_path / 'work').glob('best_*.pth'))) == 1


def test_a_save_best_without_validation_is_refused(image_folder: Path, tmp_path: Path) -> None:
    options = {'default_hooks.checkpoint.save_best': 'auto'}
    nothing = 'val_cfg = val_dataloader = val_evaluator = None\n'
    with pytest.raises(ValueError, match="save_best='auto' chooses by the validation, but this"):
        train(tiny_config(tmp_path, image_folder, options, nothing))
    assert not list(tmp_path.rglob('*.pth'))


def test_an_option_for_parameters_that_the_model_does_not_have_is_refused(
    image_folder: Path, tmp_path: Path
):
    options = {'optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mul': 0.1}
    with pytest.raises(ValueError, match=r'nothing reads "lr_mul"\. Give lr_mult'):
        train(tiny_config(tmp_path, image_folder, options))
    options = {'optim_wrapper.clip_grad.max_nrm': 1}
    with pytest.raises(ValueError, match=r'clip_grad takes no "max_nrm"\. Did you mean max_norm'):
        train(tiny_config(tmp_path, image_folder, options))
    options = {'optim_wrapper.paramwise_cfg.custom_keys.backbon_.lr_mult': 0.1}
    with pytest.raises(ValueError, match=r'has "backbon_" in its name. Did you mean backbone\?'):
        train(tiny_config(tmp_path, image_folder, options))


ONE_CYCLE = """
epochs = 1
train_cfg = dict(by_epoch=True, max_epochs=epochs)
param_scheduler = dict(type='OneCycleLR', eta_max=0.1, total_steps=epochs, by_epoch=True,
                       convert_to_iter_based=True)
"""


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'epochs': 3}, r'param_scheduler\.total_steps \(1 in the checkpoint, 3 now\)'),
        ({'train_cfg.max_epochs': 3}, r'total_steps \(1 in the checkpoint, 3 now\)'),
        ({'optim_wrapper.optimizer.lr': 0.5}, r'optimizer\.lr \(0\.01 in the checkpoint, 0\.5 now'),
        (
            {'train_cfg.max_epochs': 3, 'optim_wrapper.accumulative_counts': 2},
            r'accumulative_counts \(1 in the checkpoint, 2 now\)',
        ),
        (
            {'epochs': 3, 'param_scheduler.total_steps': 1},
            r'total_steps=1 ends before the training',
        ),
    ],
)
def test_a_resumed_run_refuses_changes_that_it_would_ignore(
    image_folder: Path, tmp_path: Path, options: dict, message: str
) -> None:
    train(tiny_config(tmp_path, image_folder, None, ONE_CYCLE), validate=False)
    with pytest.raises(ValueError, match=message):
        cfg = tiny_config(tmp_path, image_folder, options, ONE_CYCLE)
        train(cfg, resume=True, validate=False)


def test_an_explicit_default_is_no_change(image_folder: Path, tmp_path: Path) -> None:
    train(tiny_config(tmp_path, image_folder), validate=False)
    options = {'train_cfg.max_epochs': 3, 'optim_wrapper.accumulative_counts': 1}
    train(tiny_config(tmp_path, image_folder, options), resume=True, validate=False)
    assert (tmp_path / 'work' / 'epoch_3.pth').is_file()


def test_changed_milestones_are_refused(image_folder: Path, tmp_path: Path) -> None:
    train(tiny_config(tmp_path, image_folder), validate=False)
    options = {'train_cfg.max_epochs': 3, 'param_scheduler.milestones': [1]}
    with pytest.raises(ValueError, match=r'param_scheduler\.milestones\.0 \(2 in .*, 1 now\)'):
        train(tiny_config(tmp_path, image_folder, options), resume=True, validate=False)


def test_the_text_of_a_config_is_parsed_and_not_run(tmp_path: Path) -> None:
    text = f"""
a = dict(b=[1, (2, -3.5)], c={{'x y': None, **{{}}}}, d=inf)
e = open(r'{tmp_path}/made', 'w')
"""
    values = read_values(text)
    assert values['a'] == {'b': [1, [2, -3.5]], 'c': {'x y': None, 'None': {}}, 'd': 'inf'}
    assert values['e'].startswith('open(') and not (tmp_path / 'made').exists()


def test_an_endless_epoch(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder, {'train_dataloader.sampler.type': 'InfiniteSampler'})
    with pytest.raises(ValueError, match=r'InfiniteSampler never ends, .* max_iters=\.\.\.\)'):
        train(cfg, validate=False)


def test_best_checkpoints_cannot_be_resumed(image_folder: Path, tmp_path: Path) -> None:
    options = {'default_hooks.checkpoint.save_best': 'accuracy/top1'}
    train(tiny_config(tmp_path, image_folder, options))
    (best,) = (tmp_path / 'work').glob('best_*.pth')
    with pytest.raises(ValueError, match=r'best_\S+ cannot be resumed, because it has no state of'):
        train(tiny_config(tmp_path, image_folder, {'train_cfg.max_epochs': 2}), resume=str(best))


def test_a_last_batch_of_one_image(image_folder: Path, tmp_path: Path) -> None:
    options = {'train_dataloader.batch_size': 11}
    # Images of 32 px have maps of one position at the end of a ResNet.
    with pytest.raises(ValueError, match=r'one image on each rank \(12 images in batches of 11\)'):
        train(tiny_config(tmp_path / 'a', image_folder, options), validate=False)
    assert not list(tmp_path.rglob('*.pth'))
    options['train_dataloader.drop_last'] = True
    train(tiny_config(tmp_path / 'b', image_folder, options), validate=False)


def test_batches_of_one_image(image_folder: Path, tmp_path: Path) -> None:
    options = {'train_dataloader.batch_size': 1, 'train_dataloader.drop_last': True}
    with pytest.raises(ValueError, match=r'A batch has one image .* Set train.*\.batch_size=2'):
        train(tiny_config(tmp_path, image_folder, options), validate=False)


def test_an_endless_sampler_has_no_last_batch(image_folder: Path, tmp_path: Path) -> None:
    options = {
        'train_dataloader.batch_size': 11,
        'train_dataloader.sampler.type': 'InfiniteSampler',
        'train_cfg.by_epoch': False,
        'train_cfg.max_iters': 2,
    }
    schedule = 'param_scheduler = None\n'
    train(tiny_config(tmp_path, image_folder, options, schedule), validate=False)


STUDENT = """
model.update(type='DistilledClassifier', response=dict(type='ResponseDistillationLoss'))
custom_hooks = [dict(type='TeacherHook', checkpoint={teacher!r})]
"""


def test_the_last_batch_of_a_student(image_folder: Path, tmp_path: Path) -> None:
    train(tiny_config(tmp_path / 'teacher', image_folder), validate=False)
    extra = STUDENT.format(teacher=str(tmp_path / 'teacher' / 'work' / 'epoch_1.pth'))
    options = {'train_dataloader.batch_size': 11}
    with pytest.raises(ValueError, match='The last batch of an epoch has one image'):
        train(tiny_config(tmp_path / 'a', image_folder, options, extra), validate=False)
    options['train_dataloader.dataset.pipeline.1.scale'] = 64
    runner = train(tiny_config(tmp_path / 'b', image_folder, options, extra), validate=False)
    assert runner.iter == 2


def test_one_image_is_enough_for_larger_maps(image_folder: Path, tmp_path: Path) -> None:
    options = {
        'train_dataloader.batch_size': 11,
        'train_dataloader.dataset.pipeline.1.scale': 64,
        'model.backbone.drop_path_rate': 0.3,
    }
    runner = train(tiny_config(tmp_path, image_folder, options), validate=False)
    assert runner.iter == 2


MIXED = """
model.update(
    data_preprocessor=dict(
        type='ClsDataPreprocessor', num_classes=40, mean=[127.5] * 3, std=[60.0] * 3,
        batch_augments=dict(augments=dict(type='Mixup', alpha=0.2))),
    head=dict(type='AttributeHead', num_classes=40, in_channels=64))
train_dataloader['dataset'] = dict(type='CelebA', data_root={root!r}, pipeline=[
    dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=64),
    dict(type='PackExpression')])
"""


def test_unknown_attributes_are_not_mixed(image_folder: Path, tmp_path: Path) -> None:
    values = celeba_values(12)
    write_celeba(tmp_path / 'known', values)
    extra = MIXED.format(root=str(tmp_path / 'known'))
    train(tiny_config(tmp_path / 'a', image_folder, None, extra), validate=False)
    values[:, 3] = 0
    write_celeba(tmp_path / 'unknown', values)
    extra = MIXED.format(root=str(tmp_path / 'unknown'))
    with pytest.raises(ValueError, match=r'are unknown\. In a mixture .* would count as absent'):
        train(tiny_config(tmp_path / 'b', image_folder, None, extra), validate=False)


class Attends(nn.Module):
    """A model that attends to a support set, with one weight."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.itrr = ITRR(8, num_heads=2, context='support')
        if size:
            self.itrr.set_support(torch.zeros(size, 8))


def test_a_support_set_that_nothing_makes_is_refused_before_the_first_step() -> None:
    def run(size: int = 0, hooks: tuple = (), load_from: str | None = None) -> None:
        validation = EpochBasedTrainLoop.__new__(EpochBasedTrainLoop)
        model = Attends(size)
        check_support(
            SimpleNamespace(model=model, val_loop=validation, _load_from=load_from, hooks=hooks)
        )

    with pytest.raises(ValueError, match="model.itrr has context='support', but nothing makes"):
        run()
    run(size=3)
    run(hooks=(EvalContextHook(),))
    run(load_from='epoch_1.pth')
