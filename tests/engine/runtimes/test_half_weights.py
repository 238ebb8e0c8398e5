"""Weights of 16 bits give the scores of the same weights in 32 bits."""

import numpy as np
import onnx
import pytest
import torch
from mmengine.model import BaseModel
from onnx import numpy_helper

from mmfer.engine.export import onnx_content
from mmfer.engine.runtimes.half_weights import check_half, in_half
from mmfer.engine.runtimes.onnx_model import OnnxModel
from tests.engine.pruning.networks import POOLED, RESNET, as_if_trained, build

CLASSIFIER = dict(
    type='ImageClassifier',
    data_preprocessor=dict(mean=[100.0, 110, 120], std=[50.0, 60, 70], to_rgb=True),
    backbone=RESNET,
    neck=POOLED,
    head=dict(type='LinearClsHead', num_classes=5, in_channels=64),
)


@pytest.fixture
def published() -> BaseModel:
    """A network as trained, whose matrices were rounded to 16 bits."""
    model = as_if_trained(build(CLASSIFIER))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.copy_(weight.half().float())
    return model


def stored(content: bytes) -> dict[str, np.ndarray]:
    model = onnx.ModelProto.FromString(content)
    return {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}


def test_the_file_is_half_as_large_with_the_same_scores(published: BaseModel) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 3, 32, 32)).astype(np.float32)
    (large, _), (small, number) = (
        onnx_content(published, 32, half_weights=half) for half in (False, True)
    )
    assert number is None and len(small) < 0.65 * len(large)
    scores = [OnnxModel(content, 'a file').scores(images) for content in (large, small)]
    np.testing.assert_allclose(*scores, atol=1e-6)
    assert np.ptp(scores[0]) > 0.01


def test_weights_keep_their_values(published: BaseModel) -> None:
    content, _ = onnx_content(published, 32, half_weights=True)
    halves = [one for one in stored(content).values() if one.dtype == np.float16]
    found = sorted(one.tobytes() for one in halves)
    wanted = sorted(
        one.detach().half().numpy().tobytes() for one in published.parameters() if one.ndim > 1
    )
    assert set(wanted) <= set(found)


def test_other_values_stay_in_32_bits() -> None:
    exact, inexact, huge = (np.full(100, x, np.float32) for x in (0.5, 0.1, 1e6))
    arrays = {'exact': exact, 'inexact': inexact, 'huge': huge, 'few': exact[:8]}
    weights = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    node = onnx.helper.make_node('Concat', list(arrays), ['out'], axis=0)
    out = onnx.helper.make_tensor_value_info('out', 1, [308])
    graph = onnx.helper.make_graph([node], 'weights', [], [out], weights)
    opset = [onnx.helper.make_opsetid('', 18)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=9)
    content = in_half(model.SerializeToString())
    assert {name: array.dtype.itemsize for name, array in stored(content).items()} == {
        'exact_half': 2,
        'inexact': 4,
        'huge': 4,
        'few': 4,
    }
    onnx.checker.check_model(onnx.ModelProto.FromString(content))
    (found,) = onnx.reference.ReferenceEvaluator(content).run(None, {})
    np.testing.assert_array_equal(found, np.concatenate(list(arrays.values())))


def test_a_model_without_such_weights_is_refused() -> None:
    model = as_if_trained(build(CLASSIFIER))
    with torch.no_grad():
        for weight in model.parameters():
            weight.uniform_(0.1, 0.2)
    with pytest.raises(ValueError, match='No weight of this model.*leave out --half-weights'):
        check_half(model)
