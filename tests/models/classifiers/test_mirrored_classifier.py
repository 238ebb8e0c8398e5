"""A classifier that looks at a face and its mirror image."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.apis.loading import build_model
from mmfer.engine.export import export_onnx
from mmfer.engine.pruning.dependencies import Dependencies
from mmfer.registry import register_all_modules

MODEL: dict[str, Any] = dict(
    type='MirroredClassifier',
    backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(type='LinearClsHead', num_classes=5, in_channels=64),
)


def build(config: dict[str, Any] = MODEL) -> Any:
    register_all_modules()
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmfer'):
        return build_model(Config(dict(model=deepcopy(config))))


@pytest.fixture(scope='module')
def images() -> torch.Tensor:
    return torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def plain(model: Any) -> Any:
    """The same network as an ImageClassifier."""
    other = build(MODEL | {'type': 'ImageClassifier'})
    other.load_state_dict(model.state_dict())
    return other.train(model.training)


def test_scores_are_the_mean_of_both_views(images: torch.Tensor) -> None:
    model = build().eval()
    with torch.no_grad():
        views = [plain(model)(view).numpy() for view in (images, images.flip(-1))]
        scores = model(images).numpy()
        mirrored = model(images.flip(-1)).numpy()
        (first, *_) = model(images, mode='predict')
    assert np.abs(views[0] - views[1]).max() > 1e-3
    np.testing.assert_allclose(scores, (views[0] + views[1]) / 2, atol=1e-6)
    np.testing.assert_allclose(mirrored, scores, atol=1e-6)
    exponentials = np.exp(scores[0])
    np.testing.assert_allclose(first.pred_score, exponentials / exponentials.sum(), atol=1e-6)


def test_training_sees_one_view(images: torch.Tensor) -> None:
    model = build().train()
    torch.testing.assert_close(model(images), plain(model)(images))


def test_maps_before_the_neck_are_those_of_the_image(images: torch.Tensor) -> None:
    model = build().eval()
    maps, expected = (m.extract_feat(images, stage='backbone') for m in (model, plain(model)))
    torch.testing.assert_close(maps, expected)


def test_an_exported_file_gives_the_same_scores(images: torch.Tensor, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip('onnxruntime')
    model = build().eval()
    export_onnx(model, tmp_path / 'model.onnx', size=64)
    pixels = (images[:1] * 40 + 127).clamp(0, 255)
    session = onnxruntime.InferenceSession(str(tmp_path / 'model.onnx'))
    (scores,) = session.run(None, {'images': pixels.numpy()})
    with torch.no_grad():
        expected = model(pixels.flip(1)).softmax(1)  # BGR, as without to_rgb
    np.testing.assert_allclose(scores, expected, atol=1e-4)


def test_a_neck_without_tensors_is_refused(images: torch.Tensor) -> None:
    model = build().eval()
    model.neck = torch.nn.Identity()
    model.backbone.forward = lambda inputs: ({'map': inputs},)
    with pytest.raises(TypeError, match='averages tensors, but the neck Identity'):
        model(images)


def test_all_channels_between_two_layers_can_be_pruned(images: torch.Tensor):
    model = build().eval()
    groups = Dependencies(model, images[:1]).groups()
    last = [group for group in groups if 'head.fc' in group.consumers]
    assert [group.channels for group in last] == [64]
