import json
from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook

from mmfer.engine import build_runner
from mmfer.engine.feature_bank import collect_bank
from mmfer.engine.hooks import LabelDistributionHook
from mmfer.engine.label_audit import bank_distributions
from tests.engine.hooks.toy import rald_config, rald_runner


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


def test_the_bank_holds_the_prediction_for_each_image(tmp_path):
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


def test_wrong_options_and_models_are_refused(tmp_path):
    with pytest.raises(ValueError, match="neighbors='all'"):
        LabelDistributionHook(neighbors='all')
    with pytest.raises(ValueError, match='interval=0'):
        LabelDistributionHook(interval=0)
    extra = "model['head']['neighbor_loss'] = None\n" + with_hook()
    with pytest.raises(ValueError, match='neighbor_loss, such as RALDHead'):
        rald_runner(tmp_path, extra).train()


def test_a_bank_of_a_training_by_iterations_is_refused(tmp_path):
    extra = with_hook(neighbors='bank').replace(
        "train_cfg['max_epochs'] = 2", 'train_cfg = dict(by_epoch=False, max_iters=4)'
    )
    runner = rald_runner(tmp_path, extra)
    with pytest.raises(
        ValueError, match=r"LabelDistributionHook with neighbors='bank' acts at epo"
    ):
        runner.train()


def test_resume_on_other_data_finds_the_neighbors_again(tmp_path):
    rald_runner(tmp_path, with_hook(neighbors='bank', start=1, k=3)).train()
    checkpoint = tmp_path / 'work' / 'epoch_2.pth'
    before = torch.load(checkpoint, weights_only=True)['label_distribution']
    train = tmp_path / 'data' / 'train'
    moved = sorted((train / 'anger').glob('*.png'))[0]
    moved.rename(train / 'sadness' / moved.name)
    other = f"load_from = r'{checkpoint}'\nresume = True\ntrain_cfg['max_epochs'] = 3\n"
    extra = with_hook(neighbors='bank', start=9) + other
    config = rald_config(tmp_path, extra)  # writes all images, also the moved one
    moved.unlink()
    build_runner(config).train()
    after = torch.load(tmp_path / 'work' / 'epoch_3.pth', weights_only=True)['label_distribution']
    assert after.shape == before.shape and not torch.equal(after, before)


def test_joined_and_repeated_data_sets(tmp_path):
    """Rows of the bank and of the audit belong to the images that are trained on."""
    wrapped = """
one = dict(train_dataloader['dataset'])
train_dataloader['dataset'] = dict(
    type='RepeatDataset', times=2, dataset=dict(type='ConcatDataset', datasets=[
        dict(type='ClassBalancedDataset', oversample_thr=0.9, dataset=dict(one, indices=[0, 1, 6])),
        dict(one, indices=[5, 14]), dict(one, indices=[9])]))
"""
    runner = rald_runner(tmp_path, wrapped + with_hook(neighbors='bank', start=1, k=2))
    runner.train()
    hook = next(h for h in runner.hooks if isinstance(h, LabelDistributionHook))
    names = [Path(hook._dataset.get_data_info(i)['img_path']).name for i in range(6)]
    saved = torch.load(tmp_path / 'work' / 'epoch_2.pth', weights_only=True)['label_distribution']
    assert saved.shape == (6, 3)
    dataset = runner.train_dataloader.dataset
    seen = {}
    for i in range(len(dataset)):
        sample = dataset[i]['data_samples']
        seen[int(sample.sample_idx)] = Path(sample.img_path).name
    assert [seen[i] for i in range(6)] == names and len(set(names)) == 6
    rows = json.loads((tmp_path / 'work' / 'label_audit.json').read_text())
    for row in rows:
        assert row['label'] == Path(row['img_path']).parent.name
        assert Path(row['img_path']).name == names[row['sample_idx']]


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


def test_the_momentum_bank_of_other_data_is_not_resumed(tmp_path):
    rald_runner(tmp_path, with_hook(neighbors='momentum')).train()
    checkpoint = tmp_path / 'work' / 'epoch_2.pth'
    other = f"load_from = r'{checkpoint}'\nresume = True\ntrain_cfg['max_epochs'] = 3\n"
    config = rald_config(tmp_path, with_hook(neighbors='momentum') + other)
    train = tmp_path / 'data' / 'train'
    moved = sorted((train / 'anger').glob('*.png'))[0]
    moved.rename(train / 'sadness' / moved.name)  # the numbers of other images change, too
    runner, seen = build_runner(config), []

    class Look(Hook):
        def before_train_epoch(self, runner):
            seen.append(int(runner.model.head.neighbor_bank.seen.sum()))

    runner.register_hook(Look(), 'LOWEST')
    runner.train()
    assert seen == [0]


def test_a_head_without_a_bank_has_no_momentum(tmp_path):
    runner = rald_runner(tmp_path, with_hook(neighbors='momentum'))
    del runner.model.head.neighbor_bank
    with pytest.raises(ValueError, match='RALDHead has no neighbor_bank'):
        runner.train()
