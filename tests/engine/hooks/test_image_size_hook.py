from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmpretrain.structures import DataSample

from mmfer.engine import build_runner
from mmfer.engine.hooks import ImageSizeHook
from mmfer.engine.hooks.image_size_hook import _shrink_fields, _shrunk
from tests.helpers import ROOT
from tests.small_configs import small_config, write_data


class Sides(Hook):
    """Notes the shape of each batch that the model gets."""

    def __init__(self) -> None:
        self.training: list[tuple[int, int]] = []
        self.validation: set[int] = set()

    def after_train_iter(self, runner: Any, batch_idx: int, data_batch: Any, outputs: Any) -> None:
        self.training.append((runner.epoch, data_batch['inputs'][0].shape[-1]))

    def after_val_iter(self, runner: Any, batch_idx: int, data_batch: Any, outputs: Any) -> None:
        self.validation.add(data_batch['inputs'][0].shape[-1])


def train(tmp_path: Path, config: str, sizes: dict[int, int | None], **entries: Any) -> Sides:
    write_data(tmp_path / 'data')
    cfg = small_config(ROOT / 'configs' / config, tmp_path / 'data', tmp_path / 'work')
    cfg.custom_hooks = [dict(type='ImageSizeHook', sizes=sizes)]
    for name, entry in entries.items():
        cfg[name] = entry
    runner = build_runner(cfg)
    sides = Sides()
    runner.register_hook(sides)
    runner.train()
    return sides


def test_a_training_grows(tmp_path: Path) -> None:
    sides = train(tmp_path, 'resnet/resnet18_ferplus-48px.py', {0: 32, 1: None})
    assert {side for epoch, side in sides.training if epoch == 0} == {32}
    assert {side for epoch, side in sides.training if epoch == 1} == {48}
    assert sides.validation == {48}


def test_sizes_that_are_not_reached_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    name = 'mmfer.engine.hooks.image_size_hook.print_log'
    monkeypatch.setattr(name, lambda text, **options: said.append(text))
    sides = train(tmp_path, 'resnet/resnet18_ferplus-48px.py', {0: 32, 2: None})
    assert {side for _, side in sides.training} == {32}
    assert 'epoch 2 is not reached, because the training ends after 2' in said[0]


def test_a_training_by_iterations_is_refused(tmp_path: Path) -> None:
    by_iterations = dict(by_epoch=False, max_iters=4, val_interval=4)
    config = 'resnet/resnet18_ferplus-48px.py'
    with pytest.raises(ValueError, match='ImageSizeHook acts at epochs, but this training counts'):
        train(tmp_path, config, {0: 32, 1: None}, train_cfg=by_iterations)


def test_several_views_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r'one view of a face|cells of a landmark_mask'):
        train(tmp_path, 'multi_region/multi_region_vgg16bn_rafdb.py', {0: 32})


def test_shrinking_averages_over_areas() -> None:
    images = torch.arange(2 * 3 * 4 * 4).reshape(2, 3, 4, 4).to(torch.uint8)
    small = _shrunk(images, 2)
    expected = images.numpy().astype(float).reshape(2, 3, 2, 2, 2, 2).mean((3, 5))
    assert small.dtype == torch.uint8
    np.testing.assert_array_equal(small.numpy(), np.rint(expected))
    assert torch.equal(_shrunk(images[0], 2), small[0])
    assert torch.equal(_shrunk(images, 4), images)
    with pytest.raises(ValueError, match='to 8 pixels, but these have 4 x 4'):
        _shrunk(images, 8)
    with pytest.raises(ValueError, match='square images'):
        _shrunk(images[..., :3], 2)


def test_points_and_boxes_shrink_with_the_image() -> None:
    sample = DataSample()
    corners = torch.tensor([[-0.5, -0.5], [47.5, 23.5]])
    for field in ('landmarks', 'landmarks5'):
        sample.set_field(corners.clone(), field)
    sample.set_field(torch.tensor([0.0, 12, 48, 24]), 'face_box')
    _shrink_fields(sample, 0.5)
    for field in ('landmarks', 'landmarks5'):
        torch.testing.assert_close(sample.get(field), torch.tensor([[-0.5, -0.5], [23.5, 11.5]]))
    torch.testing.assert_close(sample.face_box, torch.tensor([0.0, 6, 24, 12]))


@pytest.mark.parametrize(
    'sizes',
    [{}, {1: 32}, {0: 0}, {0: 32, -1: 8}, {0: '32'}, {0: 32.5}, {'x': 1}, [32], None],
)
def test_impossible_sizes_are_refused(sizes: Any) -> None:
    with pytest.raises(ValueError, match='ImageSizeHook'):
        ImageSizeHook(sizes)
