"""Components of another package, and the protocols that they satisfy."""

import pytest
import torch
from mmcv.transforms import BaseTransform
from torch import nn

from mmfer import protocols
from mmfer.models import FeatureLossHead, HIFEFeatures, HIFENet, RALDHead
from mmfer.protocols import has_flag, predicts_attributes, shows_face, views_of
from mmfer.registry import MODELS, register_all_modules


class Strip(nn.Module):
    """Two views; one layer shows the face."""

    views = 2

    def shows_face(self, layer: str) -> bool:
        return layer == 'face'


class Blind(nn.Module):
    """Two views without further members."""

    views = 2


class Aligner(BaseTransform):
    needs_landmarks = True
    for_renderings = False

    def transform(self, results: dict) -> dict:
        return results


def model_with(head: nn.Module) -> nn.Module:
    model = nn.Module()
    model.head = head
    return model


def test_the_number_of_views_is_read() -> None:
    assert [views_of(model) for model in (nn.Identity(), Strip(), Blind())] == [1, 2, 2]
    assert shows_face(nn.Identity(), 'anything')
    assert [shows_face(Strip(), layer) for layer in ('face', 'parts')] == [True, False]
    assert not shows_face(Blind(), 'face')


def test_flags_of_transforms_are_read() -> None:
    flags = ('needs_landmarks', 'cuts_face', 'for_renderings')
    assert [has_flag(Aligner(), flag) for flag in flags] == [True, False, False]


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('LinearClsHead', False),
        ('RALDHead', False),
        ('AttributeHead', True),
        ('MultiLabelLinearClsHead', True),
        ('CSRAClsHead', True),
    ],
)
def test_heads_of_attributes_are_recognized(name: str, expected: bool) -> None:
    register_all_modules()
    options = dict(num_heads=1, lam=0.1) if name == 'CSRAClsHead' else {}
    head = MODELS.build(dict(type=name, num_classes=3, in_channels=4, **options))
    assert predicts_attributes(model_with(head)) is expected


def test_a_head_can_declare_attributes() -> None:
    class Plain(nn.Module):
        pass

    class OfAttributes(Plain):
        of_attributes = True

    assert not predicts_attributes(model_with(Plain()))
    assert predicts_attributes(model_with(OfAttributes()))


@pytest.mark.parametrize(
    ('protocol', 'config'),
    [
        ('PoolsFeatures', dict(type='HIFENet', neighbors='cosine')),
        ('FindsNeighbors', dict(type='HIFENet', neighbors='cosine')),
        ('Bypassable', dict(type='HIFENet', neighbors='cosine')),
        ('AttendsToSupport', dict(type='ITRR')),
        ('PreparesBenchmark', dict(type='ITRR')),
        ('NeighborLoss', dict(type='NeighborLabelDistributionLoss')),
        ('LearnsFromNeighbors', dict(type='RALDHead', num_classes=3, in_channels=4)),
        ('LearnsFromBank', dict(type='RALDHead', num_classes=3, in_channels=4)),
    ],
)
def test_components_of_mmfer_satisfy_the_protocols_in_every_python(
    protocol: str, config: dict
) -> None:
    """Python 3.12 does not use ``nn.Module.__getattr__``, which finds buffers and submodules."""
    register_all_modules()
    module, asked = MODELS.build(config), getattr(protocols, protocol)
    assert isinstance(module, asked) and not isinstance(nn.Identity(), asked)
    for name in _members(asked):
        assert name in vars(module) or hasattr(type(module), name), name


def _members(protocol: type) -> set[str]:
    kept = {name for kind in protocol.__mro__ for name in kind.__dict__.get('__annotations__', {})}
    methods = {name for kind in protocol.__mro__[:-2] for name in vars(kind) if name[0] != '_'}
    return {name for name in kept | methods if name[0] != '_'}


def test_members_are_found() -> None:
    assert _members(protocols.NeighborLoss) == {'k', 'normalize', 'distribution'}
    assert _members(protocols.AttendsToSupport) == {
        *('context', 'support_features', 'set_support', 'clear_support', 'prepare_benchmark')
    }
    assert torch.is_tensor(MODELS.build(dict(type='ITRR')).support_features)


def test_necks_and_heads_meet_the_protocols_that_tables_and_banks_ask_for() -> None:
    feats = HIFEFeatures(None, torch.ones(2, 4), None, torch.ones(2, 4))
    assert isinstance(feats, protocols.GivesPooled) and isinstance(feats, protocols.GivesLabels)
    assert not isinstance((torch.ones(2, 4),), protocols.GivesPooled | protocols.GivesLabels)
    assert isinstance(HIFENet, protocols.SetsContext)
    assert not isinstance(nn.Identity, protocols.SetsContext)
    assert isinstance(RALDHead(3, 4), protocols.LearnsFromBank)
    assert not isinstance(FeatureLossHead(3, 4), protocols.LearnsFromNeighbors)
