"""Scores in onnxruntime equal those of the prediction."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import onnxruntime
import pytest
import torch
from mmengine.dataset import default_collate
from mmpretrain.structures import DataSample
from torch import nn

from mmfer.engine.export import (
    FACTS,
    ImageScores,
    export_onnx,
    onnx_content,
    program_content,
)
from mmfer.engine.pruning import prune_model
from tests.engine.pruning.networks import POOLED, RESNET, VGG, as_if_trained, build
from tests.helpers import ROOT

NORMALIZED = dict(mean=[100.0, 110, 120], std=[50.0, 60, 70], to_rgb=True, num_classes=5)
LINEAR = dict(type='LinearClsHead', num_classes=5, in_channels=64)
CLASSIFIER = dict(type='ImageClassifier', data_preprocessor=NORMALIZED, neck=POOLED, head=LINEAR)
NETWORKS = {
    'VGGBN16': {**CLASSIFIER, 'backbone': VGG},
    'MultiRegionNet': dict(
        type='MultiRegionNet',
        data_preprocessor=NORMALIZED,
        backbone=dict(type='RegionTrunks', trunk=VGG),
        neck=dict(type='RegionAttention', in_channels=64, hidden_channels=8),
        head=dict(type='MultiRegionHead', num_classes=5, in_channels=128, hidden_channels=16),
    ),
    'attributes in BGR': {
        **CLASSIFIER,
        'backbone': RESNET,
        'head': dict(type='AttributeHead', num_classes=5, in_channels=64),
        'data_preprocessor': {**NORMALIZED, 'to_rgb': False},
    },
    'attributes of a plain head': {
        **CLASSIFIER,
        'backbone': RESNET,
        'head': dict(type='MultiLabelLinearClsHead', num_classes=5, in_channels=64),
    },
}


def pixels(model: nn.Module, count: int) -> torch.Tensor:
    """RGB."""
    shape = (count, 3, getattr(model, 'views', 1) * 32, 32)
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0))


def predicted(model: nn.Module, images: torch.Tensor) -> np.ndarray:
    """Scores of the pipeline for images in BGR, as they are read."""
    batch = [dict(inputs=image.flip(0).byte(), data_samples=DataSample()) for image in images]
    with torch.no_grad():
        found = model.eval().test_step(default_collate_of_samples(batch))
    return torch.stack([sample.pred_score for sample in found]).numpy()


def default_collate_of_samples(batch: list[dict]) -> dict:
    inputs = default_collate([item['inputs'] for item in batch])
    return dict(inputs=inputs, data_samples=[item['data_samples'] for item in batch])


@pytest.mark.parametrize('name', NETWORKS)
def test_scores_are_computed_from_pixels(name):
    model = as_if_trained(build(NETWORKS[name]))
    images = pixels(model, 3)
    scores = ImageScores(model).eval()
    with torch.no_grad():
        found = scores(images.float()).numpy()
    np.testing.assert_allclose(found, predicted(model, images), atol=1e-5)


@pytest.mark.parametrize('name', ['VGGBN16', 'MultiRegionNet'])
def test_pruned_network_gives_the_same_scores_in_onnxruntime(name, tmp_path):
    model = as_if_trained(build(NETWORKS[name]))
    images = pixels(model, 2)
    prune_model(model, images.float(), 0.5)
    model.register_buffer('switch', torch.tensor(True))
    export_onnx(model, tmp_path / 'a.onnx', 32, ('a', 'b', 'c', 'd', 'e'), batch_size=2)
    assert isinstance(model.switch, torch.Tensor)
    session = onnxruntime.InferenceSession(tmp_path / 'a.onnx')
    (scores,) = session.run(['scores'], {'images': images.float().numpy()})
    np.testing.assert_allclose(scores, predicted(model, images), atol=1e-4)
    assert np.ptp(scores) > 0.01
    classes = session.get_modelmeta().custom_metadata_map['classes']
    assert json.loads(classes) == ['a', 'b', 'c', 'd', 'e']


def test_a_switch_is_fixed_at_export(tmp_path: Path):
    class Switched(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer('negative', torch.tensor(True))
            self.layer = nn.Identity()

        def forward(self, x):
            return (-x[-1] if self.negative else x[-1],)

    model = as_if_trained(build(NETWORKS['VGGBN16']))
    model.neck = nn.Sequential(model.neck, Switched())
    images = pixels(model, 1)
    export_onnx(model, tmp_path / 'a.onnx', 32)
    session = onnxruntime.InferenceSession(tmp_path / 'a.onnx')
    (scores,) = session.run(None, {'images': images.float().numpy()})
    np.testing.assert_allclose(scores, predicted(model, images), atol=1e-4)
    assert model.neck[1].negative.item() is True


def test_missing_packages_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr('mmfer.runtime.onnx_network.find_spec', lambda name: None)
    with pytest.raises(ValueError, match='pip install onnx onnxruntime onnxscript'):
        export_onnx(nn.Identity(), tmp_path / 'a.onnx', 32)


def test_an_exported_program_gives_the_same_scores():
    model = as_if_trained(build(NETWORKS['attributes in BGR']))
    content, number = program_content(model, 32, facts='{"a": 1}')
    assert number is None
    facts = {FACTS: ''}
    program = torch.export.load(BytesIO(content), extra_files=facts)
    assert facts == {FACTS: '{"a": 1}'}
    images = pixels(model, 4)
    scores = program.module()(images.float()).detach().numpy()
    np.testing.assert_allclose(scores, predicted(model, images), atol=1e-4)


def test_files_do_not_name_files_of_this_computer():
    model = as_if_trained(build(NETWORKS['attributes in BGR']))
    onnx_file, _ = onnx_content(model, 32)
    program, _ = program_content(model, 32, facts='{}')
    with ZipFile(BytesIO(program)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    assert len(parts) > 3
    for content in (onnx_file, *parts):
        assert b'.py' not in content and str(ROOT).encode() not in content


def test_a_file_with_other_scores_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(ImageScores, 'forward', lambda self, images: self.model(images).softmax(1))
    model = as_if_trained(build(NETWORKS['VGGBN16']))
    with pytest.raises(ValueError, match='differ from those of the model by'):
        export_onnx(model, tmp_path / 'a.onnx', 32, batch_size=1)
    assert not (tmp_path / 'a.onnx').exists()


def test_the_number_of_images_is_free_or_one(tmp_path):
    class OfOneLength(nn.Module):
        def forward(self, x):
            return (x[-1] * (1 if len(x[-1]) == 2 else 2),)

    model = as_if_trained(build(NETWORKS['attributes in BGR']))
    assert export_onnx(model, tmp_path / 'a.onnx', 32) is None
    model.neck = nn.Sequential(model.neck, OfOneLength())
    assert export_onnx(model, tmp_path / 'b.onnx', 32) == 1
    images = pixels(model, 1)
    session = onnxruntime.InferenceSession(tmp_path / 'b.onnx')
    (scores,) = session.run(None, {'images': images.float().numpy()})
    np.testing.assert_allclose(scores, predicted(model, images), atol=1e-4)


@pytest.mark.parametrize('batch_size', [0, -2])
def test_a_batch_has_an_image(batch_size: int, tmp_path: Path):
    with pytest.raises(ValueError, match=f'--batch-size {batch_size}: give the number of images'):
        export_onnx(build(RESNET), tmp_path / 'a.onnx', 32, batch_size=batch_size)
