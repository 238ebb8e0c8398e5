import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.registry import MODELS, register_all_modules
from tests.helpers import ROOT

torch.set_num_threads(1)
SIZE, C = 16, 26


def build(branches=('local', 'global'), attention=True, **options):
    register_all_modules()
    torch.manual_seed(0)
    config = dict(
        type='MultiRegionNet',
        backbone=dict(
            type='RegionTrunks',
            branches=branches,
            trunk=dict(type='VGGBN16', width=0.05, num_pools=2),
        ),
        neck=dict(type='RegionAttention', in_channels=C, hidden_channels=4) if attention else None,
        mask_loss=dict(type='AttentionMaskLoss') if attention else None,
        head=dict(
            type='MultiRegionHead',
            num_classes=3,
            in_channels=C * len(branches),
            hidden_channels=8,
            weights=(0.5, 0.5) if 'local' in branches else (1.0,),
        ),
    )
    model = MODELS.build({**config, **options})
    model.init_weights()
    return model


def strip(n=2, views=3):
    torch.manual_seed(1)
    return torch.randn(n, 3, views * SIZE, SIZE)


def samples(n=2, valid=None):
    made = [DataSample().set_gt_label(i % 3) for i in range(n)]
    for i, sample in enumerate(made):
        sample.set_field((torch.rand(1, 4, 4) < 0.5).float(), 'landmark_mask')
        if valid is not None:
            sample.set_field(torch.tensor(valid[i]), 'region_valid')
    return made


def scores_of(model, inputs, made=None):
    return torch.stack([sample.pred_score for sample in model(inputs, made, mode='predict')])


@torch.no_grad()
def test_vectors_of_the_sub_networks():
    model = build().eval()
    inputs = strip()
    eyes, mouth, face = model.backbone(inputs)
    attention, _ = model.neck((face,))
    m, f = attention.numpy(), face.numpy()
    expected = (m * f).sum((2, 3)) / m.sum((2, 3))
    first, second = model.extract_feat(inputs)
    for vector, region in ((first, eyes), (second, mouth)):
        np.testing.assert_allclose(vector[:, :C], region.numpy().mean((2, 3)), rtol=1e-4)
        np.testing.assert_allclose(vector[:, C:], expected, rtol=1e-4)
    assert m.std() > 1e-3
    assert model.extract_feat(inputs, 'pre_logits').shape == (2, 16)
    torch.testing.assert_close(scores_of(model, inputs), model(inputs).softmax(1))


@torch.no_grad()
def test_a_uniformly_small_attention_keeps_the_face():
    model = build().eval()
    plain = model.extract_feat(strip())[0]
    model.neck.output.weight.zero_()
    model.neck.output.bias.fill_(-8.0)
    uniform = model.extract_feat(strip())[0]
    face = model.backbone(strip())[2]
    torch.testing.assert_close(uniform[:, C:], face.mean((2, 3)), rtol=1e-4, atol=1e-6)
    assert not torch.allclose(plain, uniform)


@torch.no_grad()
def test_poolings_of_the_masked_map():
    model, printed = build().eval(), build(pooling='mean').eval()
    printed.load_state_dict(model.state_dict())
    inputs = strip()
    eyes, _, face = model.backbone(inputs)
    m, f = model.neck((face,))[0].numpy(), face.numpy()
    weighted, plain = model.extract_feat(inputs)[0], printed.extract_feat(inputs)[0]
    np.testing.assert_allclose(plain[:, C:], (m * f).mean((2, 3)), rtol=1e-4)
    assert torch.equal(plain[:, :C], weighted[:, :C])
    assert not torch.allclose(plain[:, C:], weighted[:, C:], rtol=0.1)
    # A uniform attention scales the printed vector, but not the weighted one.
    for net in (model, printed):
        net.neck.output.weight.zero_()
        net.neck.output.bias.fill_(-np.log(3))
    np.testing.assert_allclose(model.extract_feat(inputs)[0][:, C:], f.mean((2, 3)), rtol=1e-4)
    np.testing.assert_allclose(
        printed.extract_feat(inputs)[0][:, C:], f.mean((2, 3)) / 4, rtol=1e-4, atol=1e-7
    )


@torch.no_grad()
def test_an_absent_region_counts_as_zero():
    model = build().eval()
    inputs = strip(3)
    maps = model.backbone(inputs)
    made = samples(3, valid=[[True, False], [False, True], [False, False]])
    feats, _ = model.pooled(maps, made)
    everything, _ = model.pooled(maps)
    for region in range(2):
        for i, sample in enumerate(made):
            there = bool(sample.region_valid[region])
            assert feats[region][i, :C].any() == there
            if there:
                assert torch.equal(feats[region][i], everything[region][i])
            assert torch.equal(feats[region][i, C:], everything[region][i, C:])
    # Then the content of its image is ignored.
    changed = inputs.clone()
    changed[0, :, 2 * SIZE :] = 5
    first, second = scores_of(model, inputs, made), scores_of(model, changed, made)
    torch.testing.assert_close(first, second)
    assert not torch.allclose(scores_of(model, inputs)[0], scores_of(model, changed)[0])


def test_an_absent_region_gets_no_gradient():
    model = build().train()
    inputs = strip().requires_grad_()
    model(inputs, samples(valid=[[False, True]] * 2), mode='loss')['loss'].backward()
    per_view = inputs.grad.abs().sum((0, 1, 3)).view(3, SIZE).sum(1)
    assert per_view[0] > 0 and per_view[2] > 0
    # In training the batch norm shares its statistics between eyes and mouth; in eval it is exact.
    model.eval()
    inputs.grad = None
    model(inputs, samples(valid=[[False, True]] * 2), mode='loss')['loss'].backward()
    per_view = inputs.grad.abs().sum((0, 1, 3)).view(3, SIZE).sum(1)
    assert per_view[0] > 0 and per_view[1] == 0 and per_view[2] > 0


def test_losses():
    model = build().eval()
    made = samples()
    losses = model(strip(), made, mode='loss')
    attention, _ = model.neck(model.backbone(strip()))
    m = attention.detach().numpy()
    f = np.stack([sample.landmark_mask.numpy() for sample in made])
    np.testing.assert_allclose(
        losses['loss_attention_mask'].item(), ((m - m * f) ** 2).sum() / 2, rtol=1e-5
    )
    expected = model.head.loss(model.extract_feat(strip()), made)['loss']
    torch.testing.assert_close(losses['loss'], expected)


def test_predictions_hold_the_attention():
    model = build().eval()
    made = samples()
    found = model(strip(), made, mode='predict')
    maps = model.neck(model.backbone(strip()))[0]
    for sample, given, expected in zip(found, made, maps, strict=True):
        assert sample is given and sample.attention.shape == (1, 4, 4)
        torch.testing.assert_close(sample.attention, expected)
        assert sample.pred_score.shape == (3,)
    assert 'attention' not in build(attention=False).eval()(strip(), mode='predict')[0]


@pytest.mark.parametrize(
    ('branches', 'attention'),
    [(('local',), False), (('global',), False), (('global',), True), (('local', 'global'), False)],
)
def test_rows_of_table_4_train(branches, attention):
    model = build(branches, attention).train()
    assert model.views == (3 if 'local' in branches else 1)
    losses = model(strip(views=model.views), samples(), mode='loss')
    assert set(losses) == {'loss', *(['loss_attention_mask'] if attention else [])}
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.isfinite().all(), name


def test_size_of_the_paper():
    model = build_model(load_config(ROOT / 'configs/multi_region/multi_region_vgg16bn_rafdb.py'))
    count = sum(parameter.numel() for parameter in model.parameters())
    assert abs(count / 31_049_638 - 1) < 0.02
    # Two trunks, the attention's two convolutions, two fusions and two classifiers.
    attention = 512 * 128 * 9 + 128 + 128 * 9 + 1
    assert count == 2 * 14_723_136 + attention + 2 * (1024 * 512 + 512) + 2 * (512 * 7 + 7)


def test_size_of_the_network_as_printed():
    path = ROOT / 'configs/multi_region/ablations/all_as_printed.py'
    count = sum(p.numel() for p in build_model(load_config(path)).parameters())
    # The same without the batch norms of eight of the thirteen convolutions of each trunk.
    later = 64 + 128 + 2 * 256 + 2 * 512 + 2 * 512
    assert count == 31_094_159 - 2 * 2 * later
    assert abs(count / 31_049_638 - 1) < 0.002


def test_a_sample_without_a_mask_is_refused():
    made = samples()
    del made[1].landmark_mask
    made[1].set_metainfo({'img_path': 'b.jpg'})
    with pytest.raises(ValueError, match=r'"b\.jpg" has no landmark_mask.*LandmarkMask before'):
        build()(strip(), made, mode='loss')


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(pooling='max'), "pooling='max' must be one of weighted, mean"),
        (dict(neck=None), 'mask_loss needs an attention map'),
        (dict(branches=('local',)), 'add the global branch'),
        (
            dict(
                branches=('global',),
                head=dict(type='MultiRegionHead', num_classes=3, in_channels=C),
            ),
            r'has 1 sub-network\(s\).*has 2 weight',
        ),
    ],
)
def test_parts_that_do_not_match_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)
