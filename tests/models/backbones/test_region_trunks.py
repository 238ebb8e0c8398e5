import pytest
import torch

import mmfer.models  # noqa: F401
from mmfer.models import VGGBN16
from mmfer.registry import MODELS

torch.set_num_threads(1)
TRUNK = dict(type='VGGBN16', width=0.05, num_pools=2)


def build(**options):
    torch.manual_seed(0)
    net = MODELS.build(dict(type='RegionTrunks', trunk=TRUNK, **options))
    net.eval()
    return net


def test_eyes_and_mouth_share_a_trunk_and_the_face_has_its_own():
    net = build()
    face, eyes, mouth = torch.randn(3, 2, 3, 16, 16)
    found = net(torch.cat([face, eyes, mouth], dim=2))
    expected = net.local_trunk(eyes)[0], net.local_trunk(mouth)[0], net.global_trunk(face)[0]
    for one, other in zip(found, expected, strict=True):
        assert one.shape == (2, 26, 4, 4)
        torch.testing.assert_close(one, other)
    assert net.local_trunk is not net.global_trunk
    single = sum(p.numel() for p in VGGBN16(width=0.05).parameters())
    assert sum(p.numel() for p in net.parameters()) == 2 * single


def test_local_branch_alone():
    net = build(branches=('local',))
    strip = torch.randn(2, 3, 48, 16)
    found = net(strip)
    assert (len(found), net.views, net.global_trunk) == (2, 3, None)
    strip[:, :, :16] = 0
    assert all(torch.equal(a, b) for a, b in zip(found, net(strip), strict=True))


def test_the_global_branch_alone_uses_the_face():
    net = build(branches=('global',))
    face = torch.randn(2, 3, 16, 16)
    (found,) = net(face)
    assert (net.views, net.local_trunk) == (1, None)
    assert torch.equal(found, net.global_trunk(face)[0])


def test_pretrained_weights_reach_both_trunks(tmp_path):
    file = tmp_path / 'vgg.pth'
    weights = VGGBN16(width=0.05, num_pools=2)
    torch.save({'state_dict': weights.state_dict()}, file)
    trunk = dict(TRUNK, init_cfg=dict(type='Pretrained', checkpoint=str(file)))
    net = MODELS.build(dict(type='RegionTrunks', trunk=trunk))
    net.init_weights()
    for part in (net.local_trunk, net.global_trunk):
        for name, value in part.state_dict().items():
            assert torch.equal(value, weights.state_dict()[name]), name


@pytest.mark.parametrize('branches', [(), ('lokal',), ('local', 'whole')])
def test_unknown_branches(branches):
    with pytest.raises(ValueError, match='give local or global, or both'):
        build(branches=branches)


@pytest.mark.parametrize(
    ('branches', 'shape', 'views'),
    [(('local', 'global'), (16, 16), 3), (('local',), (50, 16), 3), (('global',), (48, 16), 1)],
)
def test_an_image_that_is_not_a_strip_is_refused(branches, shape, views):
    net = build(branches=branches)
    with pytest.raises(ValueError, match=rf'takes {views} square image.*{shape[0]} x 16 pixels'):
        net(torch.randn(1, 3, *shape))
