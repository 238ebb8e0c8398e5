"""An exported classifier in onnxruntime."""

import numpy as np
import onnx
import pytest

from mmfer.runtime.onnx_scores import OnnxScores
from tests.onnx_files import constant_outputs, expected_scores, mean_color

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 3, 8, 8)).astype(np.float32)


def loaded(model: onnx.ModelProto) -> OnnxScores:
    return OnnxScores(model.SerializeToString(), 'a.onnx')


@pytest.mark.parametrize('number', ['N', 1, 2, 5])
def test_any_number_of_images_gives_a_score_each(number: int | str) -> None:
    model = loaded(mean_color(number))
    assert model.shape == (3, 8, 8)
    np.testing.assert_allclose(model.scores(IMAGES), expected_scores(IMAGES), atol=1e-6)
    np.testing.assert_allclose(model.scores(IMAGES[:1]), expected_scores(IMAGES[:1]), atol=1e-6)


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r'shape \(3, 8, 8\), but got \(3, 9, 9\)'):
        loaded(mean_color()).scores(np.zeros((1, 3, 9, 9), np.float32))


def test_other_inputs_are_refused() -> None:
    model = mean_color()
    model.graph.input[0].name = model.graph.node[0].input[0] = 'data'
    with pytest.raises(ValueError, match='does not take "images"'):
        loaded(model)


def test_a_size_that_is_not_fixed_is_refused() -> None:
    model = mean_color()
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = 'H'
    with pytest.raises(ValueError, match='does not take "images"'):
        loaded(model)


@pytest.mark.parametrize('number', [0, 'N'])
def test_a_file_without_images_or_pixels_is_refused(number: int | str) -> None:
    with pytest.raises(ValueError, match=r'"a.onnx" takes no image: \['):
        loaded(mean_color(number, side=8 if number == 0 else 0))


@pytest.mark.parametrize(
    ('scores', 'said'),
    [
        (np.float32(1), r'float32 of the shape \(\) for 2 images'),
        (np.ones((2, 3, 1, 1), np.float32), r'float32 of the shape \(2, 3, 1, 1\)'),
        (np.ones((4, 3), np.float32), r'float32 of the shape \(4, 3\) for 2 images'),
        (np.ones((2, 3), np.int64), r'int64 of the shape \(2, 3\)'),
        (np.full((2, 3), 'a'), r'object of the shape \(2, 3\)'),
    ],
)
def test_scores_that_are_no_row_of_floats_for_each_image_are_refused(
    scores: np.ndarray, said: str
) -> None:
    model = constant_outputs(['images'], {'scores': np.asarray(scores)})
    for axis, size in zip((2, 3), (8, 8), strict=True):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = size
    with pytest.raises(ValueError, match=f'"a.onnx" gives {said}.*not a row of float32'):
        loaded(model).scores(np.zeros((2, 3, 8, 8), np.float32))
