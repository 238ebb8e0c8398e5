import json

import pytest
import torch
from mmengine.hooks import Hook

from mmfer.engine.feature_bank import collect_bank
from mmfer.engine.hooks import LabelDistributionHook
from mmfer.engine.label_audit import bank_distributions
from tests.engine.hooks.toy import rald_runner


def with_hook(**options):
    hook = dict(type='LabelDistributionHook', **options)
    return f"train_cfg['max_epochs'] = 2\ncustom_hooks = [{hook}]\n"


def test_warm_up_rises_linearly(tmp_path):
    runner = rald_runner(tmp_path, with_hook(warmup_epochs=1))
    seen = []
    hook = next(h for h in runner.hooks if isinstance(h, LabelDistributionHook))
    after = hook.before_train_iter

    def record(*args, **kwargs):
        after(*args, **kwargs)
        seen.append(runner.model.head.neighbor_weight)

    hook.before_train_iter = record
    runner.train()
    assert seen == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1, 1])


def test_bank_is_used_saved_restored_and_audited(tmp_path):
    runner = rald_runner(tmp_path, with_hook(neighbors='bank', start=1, k=3))
    runner.train()
    rows = json.loads((tmp_path / 'work' / 'label_audit.json').read_text())
    assert len(rows) == 15 and len({row['img_path'] for row in rows}) == 15
    assert rows == sorted(rows, key=lambda row: -row['score'])
    checkpoint = tmp_path / 'work' / 'epoch_2.pth'
    saved = torch.load(checkpoint, weights_only=True)['label_distribution']
    assert saved.shape == (15, 3)
    torch.testing.assert_close(saved.sum(1), torch.ones(15))

    extra = with_hook(neighbors='bank', start=9) + f"resume = True\nload_from = r'{checkpoint}'\n"
    resumed = rald_runner(tmp_path, extra + "train_cfg['max_epochs'] = 3\n")
    resumed.train()
    torch.testing.assert_close(
        torch.load(tmp_path / 'work' / 'epoch_3.pth', weights_only=True)['label_distribution'],
        saved,
    )


def test_bank_holds_what_the_model_says_of_each_image(tmp_path):
    runner = rald_runner(tmp_path, with_hook(neighbors='bank', start=1, k=3))
    runner.train()
    hook = next(h for h in runner.hooks if isinstance(h, LabelDistributionHook))
    model = runner.model.eval()
    bank = collect_bank(model, hook._dataset)
    assert bank.sample_idx.tolist() == list(range(15))
    for i in (0, 7, 14):
        sample = hook._dataset[i]
        inputs = model.data_preprocessor(dict(inputs=[sample['inputs']]))['inputs']
        with torch.no_grad():
            features = model.neck.pool(model.backbone(inputs))[0]
            probs = model(inputs).softmax(1)[0]
        torch.testing.assert_close(bank.features[i], features, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(bank.probs[i], probs, rtol=1e-3, atol=1e-4)
        assert bank.labels[i] == sample['data_samples'].gt_label
    expected = bank_distributions(bank, model.neck.similarity, 3)
    torch.testing.assert_close(
        runner.model.head.neighbor_distributions, expected.detach(), rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize('with_context_hook', [True, False])
def test_the_bank_needs_no_checkpoint_or_validation_before_it(tmp_path, with_context_hook):
    extra = "train_cfg['val_interval'] = 9\n"
    extra += with_hook(neighbors='bank', start=1, k=3)
    extra += "default_hooks['checkpoint'] = dict(type='CheckpointHook', interval=9)\n"
    if not with_context_hook:
        extra += "del default_hooks['eval_context']\nval_dataloader = None\n"
        extra += 'val_evaluator = val_cfg = None\n'
    runner = rald_runner(tmp_path, extra)
    runner.train()
    table = runner.model.head.neighbor_distributions
    torch.testing.assert_close(table.sum(1), torch.ones(15))
    # The support set of the bank was for the bank alone.
    assert not with_context_hook or len(runner.model.neck.itrr.support_features) == 6
    assert with_context_hook or not len(runner.model.neck.itrr.support_features)


def test_wrong_options_and_models(tmp_path):
    with pytest.raises(ValueError, match="neighbors='all'"):
        LabelDistributionHook(neighbors='all')
    with pytest.raises(ValueError, match='interval=0'):
        LabelDistributionHook(interval=0)
    extra = "model['head']['neighbor_loss'] = None\n" + with_hook()
    with pytest.raises(ValueError, match='neighbor_loss, such as RALDHead'):
        rald_runner(tmp_path, extra).train()


def test_the_momentum_bank_fills_itself_and_is_resumed(tmp_path):
    runner = rald_runner(tmp_path, with_hook(neighbors='momentum', momentum=0.25))
    runner.train()
    bank = runner.model.head.neighbor_bank
    assert bank.momentum == 0.25 and bank.seen.sum() >= 12  # the loader drops the last images
    torch.testing.assert_close(bank.probs[bank.seen].sum(1), torch.ones(int(bank.seen.sum())))
    checkpoint = tmp_path / 'work' / 'epoch_2.pth'
    saved = torch.load(checkpoint, weights_only=True)['neighbor_bank']
    assert torch.equal(saved['features'], bank.features)

    extra = with_hook(neighbors='momentum') + f"resume = True\nload_from = r'{checkpoint}'\n"
    resumed = rald_runner(tmp_path, extra + "train_cfg['max_epochs'] = 3\n")
    starts = []

    class Look(Hook):
        def before_train_epoch(self, runner):
            starts.append(runner.model.head.neighbor_bank.features.clone())

    resumed.register_hook(Look(), 'LOWEST')
    resumed.train()
    assert torch.equal(starts[0], bank.features)
    assert not torch.equal(resumed.model.head.neighbor_bank.features, bank.features)


def test_a_head_without_a_bank_has_no_momentum(tmp_path):
    runner = rald_runner(tmp_path, with_hook(neighbors='momentum'))
    del runner.model.head.neighbor_bank
    with pytest.raises(ValueError, match='RALDHead has no neighbor_bank'):
        runner.train()
