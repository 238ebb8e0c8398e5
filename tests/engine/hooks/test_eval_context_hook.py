from typing import ClassVar

import numpy as np
import pytest
import torch
from mmengine.hooks import Hook

from mmfer.engine.checkpoints.integrity import side_file
from mmfer.engine.feature_bank import build_with_pipeline, pooled_features
from mmfer.engine.hooks.eval_context_hook import EvalContextHook, balanced_indices, gt_labels
from mmfer.registry import HOOKS
from tests.engine.hooks.toy import rald_runner


def test_the_draw_is_balanced_seeded_and_without_replacement():
    labels = np.array([0] * 9 + [1] * 4 + [2])
    drawn = balanced_indices(labels, 3, seed=1)
    assert drawn == balanced_indices(labels, 3, seed=1) != balanced_indices(labels, 3, seed=2)
    assert len(set(drawn)) == 7 and np.bincount(labels[drawn]).tolist() == [3, 3, 1]


def test_validation_and_checkpoint_use_features_of_the_current_weights(tmp_path):
    runner = rald_runner(tmp_path)
    runner.train()
    saved = torch.load(tmp_path / 'work' / 'epoch_1.pth', weights_only=True)['state_dict']
    config = runner.cfg
    dataset = build_with_pipeline(
        config.train_dataloader.dataset, config.val_dataloader.dataset.pipeline
    )
    indices = balanced_indices(gt_labels(dataset), 2, 0)
    expected = pooled_features(runner.model, dataset, indices)
    assert expected.shape == (6, 64)
    torch.testing.assert_close(saved['neck.itrr.support_features'], expected)
    torch.testing.assert_close(runner.model.neck.itrr.support_features, expected)


def test_a_tested_checkpoint_keeps_its_own_support_set(tmp_path):
    rald_runner(tmp_path).train()
    checkpoint = tmp_path / 'work' / 'epoch_1.pth'
    content = torch.load(checkpoint, weights_only=True)
    content['state_dict']['neck.itrr.support_features'] = torch.ones(4, 64)
    torch.save(content, checkpoint)
    side_file(checkpoint).unlink()
    runner = rald_runner(tmp_path, f"load_from = r'{checkpoint}'\n")
    runner.test()
    assert torch.equal(runner.model.neck.itrr.support_features, torch.ones(4, 64))


AVERAGES = [
    dict(momentum=0.3),
    dict(momentum=0.3, update_buffers=True),
    dict(ema_type='StochasticWeightAverage'),
    dict(momentum=0.3, begin_epoch=2),
]


@HOOKS.register_module()
class SupportProbe(Hook):
    """Compares the support set, at the first validated image, with features computed then."""

    seen: ClassVar[list[torch.Tensor]] = []

    def before_val_iter(self, runner, batch_idx, data_batch=None):
        hook = next(h for h in runner.hooks if isinstance(h, EvalContextHook))
        expected = hook.support_features(runner)
        torch.testing.assert_close(runner.model.neck.itrr.support_features, expected)
        self.seen.append(expected)


@pytest.mark.parametrize('average', AVERAGES, ids=str)
def test_averaged_weights_have_their_own_support_set(tmp_path, average):
    hooks = [dict(type='EMAHook', **average), dict(type='SupportProbe')]
    SupportProbe.seen.clear()
    runner = rald_runner(tmp_path, f"train_cfg['max_epochs'] = 3\ncustom_hooks = {hooks}\n")
    runner.train()
    assert len(SupportProbe.seen) == 3 * len(runner.val_dataloader)
    saved = torch.load(tmp_path / 'work' / 'epoch_3.pth', weights_only=True)['state_dict']
    torch.testing.assert_close(saved['neck.itrr.support_features'], SupportProbe.seen[-1])
    hook = next(h for h in runner.hooks if isinstance(h, EvalContextHook))
    trained = hook.support_features(runner)
    assert (trained - SupportProbe.seen[-1]).abs().max() > 1e-3
    runner.model.load_state_dict(saved)
    features = hook.support_features(runner)
    torch.testing.assert_close(features, saved['neck.itrr.support_features'])


@pytest.mark.parametrize('begin', [0, 2])
def test_a_training_resumes_from_a_support_set_of_another_size(tmp_path, begin):
    rald_runner(tmp_path / 'old').train()
    checkpoint = tmp_path / 'old' / 'work' / 'epoch_1.pth'
    content = torch.load(checkpoint, weights_only=True)
    content['state_dict']['neck.itrr.support_features'] = torch.ones(4, 64)
    torch.save(content, checkpoint)
    side_file(checkpoint).unlink()
    hooks = [dict(type='EMAHook', begin_epoch=begin)]
    for mode, resume in (('fine', False), ('resumed', True)):
        extra = f"load_from = r'{checkpoint}'\nresume = {resume}\ncustom_hooks = {hooks}\n"
        runner = rald_runner(tmp_path / mode, extra + "train_cfg['max_epochs'] = 2\n")
        runner.train()
        saved = torch.load(tmp_path / mode / 'work' / 'epoch_2.pth', weights_only=True)
        assert saved['state_dict']['neck.itrr.support_features'].shape == (6, 64)


def test_saving_does_not_change_the_model(tmp_path):
    runner = rald_runner(tmp_path, "custom_hooks = [dict(type='EMAHook', momentum=0.3)]\n")
    runner.train()
    before = {name: value.clone() for name, value in runner.model.state_dict().items()}
    runner.save_checkpoint(str(tmp_path), 'again.pth')
    after = runner.model.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_batch_context_shuffles_with_a_fixed_seed_and_logs_it(tmp_path, caplog):
    runner = rald_runner(tmp_path, "model['neck']['itrr']['context'] = 'batch'\n")
    runner.test()
    sampler = runner.test_dataloader.sampler
    assert sampler.shuffle and list(sampler) == list(sampler) != sorted(sampler)
    log = next((tmp_path / 'work').rglob('*.log')).read_text()
    assert 'the test set is shuffled with seed 0' in log


def test_a_warning_is_logged_without_shuffling(tmp_path):
    extra = "model['neck']['itrr']['context'] = 'batch'\n"
    extra += "default_hooks['eval_context']['shuffle'] = False\n"
    runner = rald_runner(tmp_path, extra)
    runner.test()
    assert not runner.test_dataloader.sampler.shuffle
    log = next((tmp_path / 'work').rglob('*.log')).read_text()
    assert 'WARNING' in log and 'reveal the labels' in log


def test_models_without_itrr_are_not_changed(tmp_path):
    extra = "model['neck'] = dict(type='GlobalAveragePooling')\n"
    extra += "model['head'] = dict(type='LinearClsHead', num_classes=3, in_channels=64)\n"
    runner = rald_runner(tmp_path, extra)
    runner.train()
    assert not runner.val_dataloader.sampler.shuffle


def test_a_missing_test_pipeline_is_an_error(tmp_path):
    extra = 'val_dataloader = val_evaluator = val_cfg = None\n'
    extra += 'test_dataloader = test_evaluator = test_cfg = None\n'
    with pytest.raises(ValueError, match='needs the test pipeline'):
        rald_runner(tmp_path, extra).train()


def test_a_checkpoint_has_no_set_of_an_earlier_validation(tmp_path):
    """A resumed training, which has none either, writes the same entries in the same order."""
    extra = "train_cfg['max_epochs'] = 2\n"
    extra += "custom_hooks = [dict(type='EvalContextHook', num_per_class=1),\n"
    extra += "                dict(type='EMAHook', momentum=0.3, update_buffers=True)]\n"
    rald_runner(tmp_path, extra).train()
    saved = torch.load(tmp_path / 'work' / 'epoch_2.pth', weights_only=True)
    assert [*saved['state_dict']][-1] == 'neck.itrr.support_features'
    assert not [name for name in saved['ema_state_dict'] if 'support' in name]
