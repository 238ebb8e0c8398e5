import torch

import mmfer.models  # noqa: F401
from mmfer.registry import MODELS

torch.set_num_threads(1)


def test_each_stage_has_three_blocks_as_printed() -> None:
    net = MODELS.build(dict(type='SEResNeXt38', groups=32, width_per_group=4, se_ratio=16))
    assert [len(getattr(net, f'layer{i}')) for i in (1, 2, 3, 4)] == [3, 3, 3, 3]
    block = net.layer3[0]
    assert (block.conv2.groups, block.conv2.out_channels, block.conv3.out_channels) == (
        *(32, 512, 1024),
    )
    # The squeeze of table 1: 1024 channels to 64.
    assert block.se_layer.conv1.conv.out_channels == 64


def test_the_map_has_the_shape_of_the_50_layers() -> None:
    net = MODELS.build(dict(type='SEResNeXt38', stem_channels=8, base_channels=8, groups=4))
    net.eval()
    (found,) = net(torch.zeros(1, 3, 64, 64))
    assert found.shape == (1, 256, 2, 2)
