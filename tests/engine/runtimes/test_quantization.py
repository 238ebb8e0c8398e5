"""Eight-bit integers in an exported file."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from mmfer.engine.runtimes.onnx_model import OnnxModel
from mmfer.engine.runtimes.quantization import quantized

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(3, 3, 3, 3)).astype(np.float32) / 300
IMAGES = RNG.integers(0, 256, (8, 3, 8, 8)).astype(np.float32)


def convolution(number: int | str = 'N') -> bytes:
    nodes = [
        helper.make_node('Conv', ['images', 'same'], ['copy'], name='first'),
        helper.make_node('Conv', ['copy', 'weight'], ['maps'], name='second'),
        helper.make_node('GlobalAveragePool', ['maps'], ['mean']),
        helper.make_node('Flatten', ['mean'], ['flat']),
        helper.make_node('Softmax', ['flat'], ['scores'], axis=1),
    ]
    images = helper.make_tensor_value_info('images', 1, [number, 3, 8, 8])
    scores = helper.make_tensor_value_info('scores', 1, [number, 3])
    same = np.eye(3, dtype=np.float32)[..., None, None]
    constants = [numpy_helper.from_array(same, 'same'), numpy_helper.from_array(WEIGHTS, 'weight')]
    graph = helper.make_graph(nodes, 'g', [images], [scores], constants)
    opset = [helper.make_opsetid('', 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()


def weights(content: bytes) -> list[Any]:
    return list(onnx.ModelProto.FromString(content).graph.initializer)


@pytest.mark.parametrize('number', ['N', 3])
def test_scores_stay_near_those_in_float(number: int | str) -> None:
    content = convolution(number)
    small = quantized(content, IMAGES, 1 if number == 'N' else 3)
    seen = IMAGES[:6]  # batches of three leave out a rest
    before, after = (OnnxModel(one, 'a').scores(seen) for one in (content, small))
    assert np.ptp(before) > 0.1
    np.testing.assert_allclose(after, before, atol=0.02)
    assert np.abs(after - before).max() > 0


def test_weights_are_integers_of_seven_bits() -> None:
    small = quantized(convolution(), IMAGES)
    whole = [w for w in weights(small) if w.data_type == onnx.TensorProto.INT8 and w.dims]
    values = [numpy_helper.to_array(w) for w in whole if list(w.dims) == [3, 3, 3, 3]]
    assert len(values) == 1 and 60 <= np.abs(values[0]).max() <= 64
    assert not [w for w in whole if list(w.dims) == [3, 3, 1, 1]]  # the first convolution


def test_products_of_attention_and_the_last_layer_stay_in_floats() -> None:
    stack = RNG.normal(size=(1, 8, 8)).astype(np.float32)
    square = RNG.normal(size=(8, 8)).astype(np.float32)
    nodes = [
        helper.make_node('MatMul', ['images', 'stack'], ['a'], name='attention'),
        helper.make_node('MatMul', ['a', 'square'], ['b'], name='linear'),
        helper.make_node('MatMul', ['b', 'last'], ['c'], name='last'),
        helper.make_node('GlobalAveragePool', ['c'], ['p']),
        helper.make_node('Flatten', ['p'], ['d']),
        helper.make_node('Softmax', ['d'], ['scores'], axis=1),
    ]
    images = helper.make_tensor_value_info('images', 1, ['N', 3, 8, 8])
    scores = helper.make_tensor_value_info('scores', 1, ['N', 3])
    last = RNG.normal(size=(8, 5)).astype(np.float32)
    arrays = dict(stack=stack, square=square, last=last)
    constants = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, 'g', [images], [scores], constants)
    opset = [helper.make_opsetid('', 18)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    small = quantized(model.SerializeToString(), IMAGES)
    whole = {tuple(w.dims) for w in weights(small) if w.data_type == onnx.TensorProto.INT8}
    assert (8, 8) in whole and not {(1, 8, 8), (8, 5)} & whole


def test_too_few_images_are_refused() -> None:
    with pytest.raises(ValueError, match='8 calibration images, fewer than a batch of 9'):
        quantized(convolution(9), IMAGES, 9)
