"""Sizes and ratios of known models."""

from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmpretrain.structures import DataSample
from torch import nn

from mmfer.engine.benchmark import annotated, benchmark_model, input_shape
from mmfer.engine.speed.model_speed import Measurement, benchmark, peak_memory, rows_of
from mmfer.engine.speed.report import speed_table
from mmfer.engine.speed.turns import Speed
from mmfer.registry import MODELS, register_all_modules


class Convolutions(nn.Module):
    """``depth`` convolutions of 3 x 3 from 3 to 3 channels."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(depth)))

    def forward(self, inputs: torch.Tensor, mode: str = 'tensor') -> torch.Tensor:
        return self.layers(inputs)


def test_parameters_flops_and_ratio() -> None:
    models = {'one': Convolutions(1).eval(), 'twenty': Convolutions(20).eval()}
    one, twenty = benchmark(models, batch_sizes=(2,), size=32, repeats=3, seconds=0.01)
    assert one.parameters == 3 * 3 * 9 + 3
    assert one.flops == pytest.approx(3 * 3 * 9 * 32 * 32)
    assert twenty.flops == pytest.approx(20 * one.flops)
    assert one.speed[2].ratios == [1, 1, 1]
    assert twenty.speed[2].ratio < 0.8  # twenty times the work


def test_peak_memory_counts_input_weights_and_activations() -> None:
    inputs = torch.rand(4, 3, 64, 64)
    image = 4 * inputs.numel()
    shallow, deep = (peak_memory(Convolutions(depth).eval(), inputs) for depth in (1, 3))
    assert 2 * image < shallow < 2.2 * image  # input and output
    assert 3 * image < deep < 3.2 * image  # what an intermediate layer frees does not add up


def test_the_top_level_normalization_is_measured_too() -> None:
    register_all_modules()
    backbone = dict(type='mmpretrain.ResNet', depth=18, stem_channels=4, base_channels=4)
    config = Config(
        dict(
            model=dict(type='mmpretrain.ImageClassifier', backbone=backbone),
            data_preprocessor=dict(mean=[1.0, 2.0, 3.0], std=[4.0, 5.0, 6.0]),
        )
    )
    preprocessor = benchmark_model(config, 'cpu').data_preprocessor
    assert preprocessor.mean.flatten().tolist() == [1, 2, 3]


def test_prepare_benchmark_is_called() -> None:
    register_all_modules()

    class Prepared(nn.Identity):
        prepared = False

        def prepare_benchmark(self) -> None:
            self.prepared = True

    MODELS.register_module(module=Prepared, force=True)
    model = benchmark_model(Config({'model': {'type': 'mmfer.Prepared'}}), 'cpu')
    assert model.prepared
    assert not model.training


@pytest.mark.parametrize('head', ['LinearClsHead', 'AttributeHead', 'MultiLabelLinearClsHead'])
def test_measuring_the_training_does_not_change_the_model(head: str) -> None:
    register_all_modules()
    model = MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type=head, num_classes=3, in_channels=64),
        )
    ).eval()
    (result,) = benchmark({'a': model}, (4,), size=32, repeats=2, seconds=0.01, train=True)
    assert result.train_speed[4].ratios == [1, 1]
    assert result.train_speed[4].median > 0 and result.speed[4].median > 0
    # A training keeps the activations and the gradients.
    weights = sum(4 * weight.numel() for weight in model.parameters())
    assert result.train_memory[4] > result.memory[4] + weights
    assert not model.training and all(p.grad is None for p in model.parameters())


def test_a_network_of_several_views_beside_a_plain_one() -> None:
    register_all_modules()
    trunk = dict(type='VGGBN16', width=0.05, num_pools=3)
    regions = MODELS.build(
        dict(
            type='MultiRegionNet',
            backbone=dict(type='RegionTrunks', trunk=trunk),
            neck=dict(type='RegionAttention', in_channels=26, hidden_channels=4),
            mask_loss=dict(type='AttentionMaskLoss'),
            head=dict(type='MultiRegionHead', num_classes=3, in_channels=52, hidden_channels=8),
        )
    ).eval()
    plain = MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=trunk,
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type='LinearClsHead', num_classes=3, in_channels=26),
        )
    ).eval()
    assert input_shape(regions, 32) == (3, 96, 32) and input_shape(plain, 32) == (3, 32, 32)
    motion = MODELS.build(dict(type='STSTNet', in_channels=2))
    assert input_shape(motion, 28) == (2, 28, 28)
    models = {'plain': plain, 'regions': regions}
    one, three = benchmark(models, (2,), size=32, repeats=1, seconds=0.01, train=True)
    assert 3 < three.flops / one.flops < 3.2  # three passes and the attention
    assert three.train_speed[2].median > 0


def small_classifier(**head: Any) -> Any:
    register_all_modules()
    return MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type='LinearClsHead', num_classes=3, in_channels=64, **head),
        )
    ).eval()


def test_samples_move_to_the_device_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(sample: DataSample, device: torch.device) -> DataSample:
        return DataSample(metainfo=dict(device=device, label=int(sample.gt_label)))

    model = small_classifier()
    monkeypatch.setattr(DataSample, 'to', moved)
    samples = annotated(model, torch.rand(4, 3, 32, 32))
    assert [sample.label for sample in samples] == [0, 1, 2, 0]
    assert samples[0].device == torch.device('cpu')


@pytest.mark.parametrize('soft', [True, False])
def test_a_loss_of_distributions_gets_distributions(soft: bool) -> None:
    model = small_classifier(loss=dict(type='CrossEntropyLoss', use_soft=soft))
    images = torch.rand(4, 3, 32, 32)
    samples = annotated(model, images)
    assert ('gt_score' in samples[0]) == soft
    assert model.train()(images, samples, mode='loss')['loss'].item() > 0


def test_table() -> None:
    speed = Speed([9.0, 10.0, 11.0], [0.9, 1.0, 1.1])
    result = Measurement('plain', 11_180_000, 1.8e9, {1: speed}, {1: 3 * 2**20})
    last = speed_table(rows_of([result])).splitlines()[-1]
    assert last == '| plain | 11.18 M | 1.800 G | 3 MiB | 10.0 | 1.00 | 0.90 to 1.10 |'
