"""Small ONNX files, made without PyTorch, and the files of the shipped networks."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

CLASSES = ['anger', 'happiness', 'sadness']
METADATA: dict[str, Any] = dict(
    format=1,
    classes=CLASSES,
    of_attributes=False,
    unknown_attributes=[],
    preprocessing=dict(
        pipeline=[
            dict(type='LoadExpressionImage'),
            dict(type='ResizeFace', size=8),
            dict(type='PackExpression'),
        ]
    ),
    face_crop=dict(type='box', size=48, scale=1.45, shift=[0.02, -0.06]),
    calibration=dict(temperature=2.0),
    rendered=False,
    model_card=dict(name='mean color'),
)
"""The metadata of a file whose scores are the softmax of the mean colors, in RGB."""


def mean_color(number: int | str = 'N', side: int = 8) -> onnx.ModelProto:
    """A model whose scores are the softmax of the mean colors divided by 255."""
    weight = helper.make_tensor('scale', onnx.TensorProto.FLOAT, [1], [255.0])
    nodes = [
        helper.make_node('GlobalAveragePool', ['images'], ['mean']),
        helper.make_node('Flatten', ['mean'], ['flat']),
        helper.make_node('Div', ['flat', 'scale'], ['logits']),
        helper.make_node('Softmax', ['logits'], ['scores'], axis=1),
    ]
    images = helper.make_tensor_value_info('images', 1, [number, 3, side, side])
    scores = helper.make_tensor_value_info('scores', 1, [number, 3])
    graph = helper.make_graph(nodes, 'colors', [images], [scores], [weight])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=9)


def expected_scores(images: np.ndarray) -> np.ndarray:
    """The scores (N, 3) of images (N, 3, H, W)."""
    powers = np.exp(images.mean(axis=(2, 3), dtype=np.float64) / 255)
    return powers / powers.sum(axis=1, keepdims=True)


@cache
def exported(kind: str, name: str) -> bytes:
    """The file of a shipped detector or landmarker."""
    from mmfer.engine.runtimes.face_networks import face_network

    return face_network(kind, name)


def constant_outputs(inputs: Iterable[str], outputs: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """A model that gives the same arrays for all images of any size."""
    nodes = [
        helper.make_node('Constant', [], [name], value=numpy_helper.from_array(value))
        for name, value in outputs.items()
    ]
    taken = [helper.make_tensor_value_info(name, 1, ['N', 3, None, None]) for name in inputs]
    given = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), None)
        for name, value in outputs.items()
    ]
    graph = helper.make_graph(nodes, 'constant', taken, given)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=9)
