from copy import deepcopy

import torch
from mmengine.config import Config
from torch import nn

from mmfer.engine.model_building import build_model, use_fast_layout
from mmfer.registry import register_all_modules

BACKBONE = dict(type='mmpretrain.ResNet', depth=18, stem_channels=4, base_channels=4)
TOP = dict(mean=[1.0, 2.0, 3.0], std=[4.0, 5.0, 6.0])


def mean_of(**options: object) -> list[float]:
    register_all_modules()
    model = dict(type='mmpretrain.ImageClassifier', backbone=BACKBONE, **options)
    config = Config(dict(model=model, data_preprocessor=TOP))
    before = deepcopy(config.to_dict())
    built = build_model(config).data_preprocessor.mean.flatten().tolist()
    assert config.to_dict() == before
    return built


def test_a_model_without_normalization_uses_that_of_the_top_level() -> None:
    assert mean_of() == [1, 2, 3]


def test_the_normalization_of_the_model_has_priority() -> None:
    assert mean_of(data_preprocessor=dict(mean=[7.0] * 3, std=[8.0] * 3)) == [7, 7, 7]


def test_only_depthwise_convolutions_change_the_layout_and_not_the_result() -> None:
    images = torch.rand(2, 4, 9, 9, generator=torch.Generator().manual_seed(0))
    for groups, changed in ((4, True), (1, False), (2, False)):
        model = nn.Sequential(nn.Conv2d(4, 4, 3, groups=groups), nn.Conv2d(4, 6, 2))
        with torch.no_grad():
            before = model(images)
            use_fast_layout(model)
            after = model(images)
        assert after.is_contiguous(memory_format=torch.channels_last) is changed
        torch.testing.assert_close(after, before, atol=1e-6, rtol=1e-6)
