import numpy as np

from mmfer.synthetic.render.arrays import f32, smoothstep, unit


def test_f32_makes_float32_arrays() -> None:
    assert f32((1, 2.5)).dtype == np.float32


def test_unit_brings_vectors_to_length_one_and_keeps_zero() -> None:
    vectors = unit(np.array([[3.0, 0, 4], [0, 0, 0]]))
    np.testing.assert_allclose(vectors, [[0.6, 0, 0.8], [0, 0, 0]])


def test_smoothstep_rises_between_its_ends_and_falls_when_they_are_swapped() -> None:
    x = np.array([-1.0, 0, 0.5, 1, 2])
    np.testing.assert_allclose(smoothstep(0, 1, x), [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(smoothstep(1, 0, x), [1, 1, 0.5, 0, 0])
