import pytest
import torch

from mmfer.models import HIFENet

LABELS = dict(label_tree='fgemotions')
FULL = dict(labels=LABELS, itrr=dict(), hlrr=dict(), lgifo=dict())


@pytest.fixture
def neck():
    torch.manual_seed(0)
    neck = HIFENet(64, **FULL)
    # Away from the start, where the parts are identities.
    for p in neck.parameters():
        torch.nn.init.normal_(p, std=0.2)
    return neck


@pytest.mark.parametrize(
    'options',
    [
        FULL,
        dict(itrr=dict()),
        dict(labels=LABELS, lgifo=dict(), neighbors='cosine'),
        dict(labels=LABELS, itrr=dict(), lgifo=dict()),
        dict(labels=LABELS, hlrr=dict(), lgifo=dict(), neighbors='cosine'),
        dict(labels=dict(classes=['fear', 'anger']), itrr=dict(), lgifo=dict(),
             hlrr=dict(hierarchy=False)),
        dict(labels=LABELS, itrr=dict(gate=True), hlrr=dict(gate=True), lgifo=dict(gate=True)),
        dict(labels=LABELS, itrr=dict(residual=False, init='default'),
             hlrr=dict(residual=False), lgifo=dict(residual=False)),
    ],
)  # fmt: skip
def test_forward_and_backward_of_every_row(options):
    neck = HIFENet(64, **options)
    maps = torch.rand(6, 64, 3, 3)
    relation, pooled, labels, features = neck((maps,))
    assert relation.shape == (6, 6) and features.shape == (6, 64)
    torch.testing.assert_close(pooled, maps.mean((2, 3)))
    nodes = 2 if 'classes' in options.get('labels', ()) else 39
    assert labels is None if neck.lgifo is None else labels.shape == (nodes, 64)
    (features.square().sum() + relation.sum()).backward()
    untouched = {n for n, p in neck.named_parameters() if p.grad is None}
    assert not untouched


def test_an_image_has_equal_scores_alone_and_in_any_order(neck):
    neck.eval().itrr.set_support(torch.rand(20, 64))
    maps = torch.rand(64, 64, 2, 2)
    with torch.no_grad():
        together = neck((maps,)).features
        alone = torch.cat([neck((maps[i : i + 1],)).features for i in range(64)])
        order = torch.randperm(64)
        shuffled = neck((maps[order],)).features
        neck.itrr.set_support(torch.rand(20, 64))
        replaced = neck((maps,)).features
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-4)
    torch.testing.assert_close(together[order], shuffled, rtol=0, atol=1e-4)
    assert (together - replaced).abs().max() > 1e-3


def test_cached_constants_follow_every_change(neck):
    neck.eval().itrr.set_support(torch.rand(5, 64))
    x = torch.rand(2, 64)

    def uncached():
        with torch.enable_grad():
            return neck(x).features.detach()

    with torch.no_grad():
        first = neck(x).features
        torch.testing.assert_close(first, uncached())
        neck.labels.projection.weight.mul_(2)
        second = neck(x).features
        torch.testing.assert_close(second, uncached())
        neck.load_state_dict({k: v * 0.5 for k, v in neck.state_dict().items()})
        third = neck(x).features
        torch.testing.assert_close(third, uncached())
        # As an averaged model swaps its weights, unseen by version counters.
        neck.labels.projection.weight.data.copy_(torch.rand(64, 50))
        neck.train().eval()
        fourth = neck(x).features
        torch.testing.assert_close(fourth, uncached())
    changed = [(a - b).abs().max() for a, b in ((first, second), (second, third), (third, fourth))]
    assert min(changed) > 1e-3


def test_a_graph_that_is_traced_computes_the_constants(neck):
    neck.eval().itrr.set_support(torch.rand(5, 64))
    del neck.bypassed
    neck.bypassed = False  # no branch on a tensor, as in an exported model
    with torch.no_grad():
        program = torch.export.export(neck, (torch.rand(2, 64),), strict=False)
        x = torch.rand(2, 64)
        torch.testing.assert_close(program.module()(x)[-1], neck(x).features)


def test_cosine_similarity(neck):
    neck.neighbors = 'cosine'
    x = torch.rand(4, 64)
    expected = torch.nn.functional.cosine_similarity(x[:, None], x[None], dim=-1)
    torch.testing.assert_close(neck.train()(x)[0], expected)


def test_the_bypass_gives_the_plain_network_with_norm_and_is_saved(neck):
    neck.bypassed.fill_(True)
    x = torch.rand(4, 64)
    relation, pooled, _, features = neck(x)
    assert relation.shape == (4, 0) and torch.equal(pooled, x)
    torch.testing.assert_close(features, torch.nn.functional.layer_norm(x, (64,)))
    other = HIFENet(64, **FULL)
    other.load_state_dict(neck.state_dict())
    assert other.bypassed


def test_wrong_combinations_are_refused():
    with pytest.raises(ValueError, match='needs labels'):
        HIFENet(64, lgifo=dict(), neighbors='cosine')
    with pytest.raises(ValueError, match='needs lgifo'):
        HIFENet(64, labels=LABELS, itrr=dict(), hlrr=dict())
    with pytest.raises(ValueError, match='no R_v'):
        HIFENet(64)
    with pytest.raises(ValueError, match='labels.label_tree'):
        HIFENet(64, labels=dict(classes=['fear']), itrr=dict(), hlrr=dict(), lgifo=dict())


def test_label_vectors_are_those_of_the_labels_side(neck):
    x = torch.rand(2, 64)
    expected = neck.hlrr(neck.labels(), neck.labels.distance_index)
    torch.testing.assert_close(neck(x).labels, expected)
    neck.eval().itrr.set_support(torch.rand(5, 64))
    with torch.no_grad():
        torch.testing.assert_close(neck(x).labels, expected)
