"""From a face crop to the input of an exported model, against the pipeline of mmcv."""

from typing import Any

import numpy as np
import pytest
from mmcv.transforms import RandomGrayscale

from mmfer.datasets.transforms.geometry import ResizeFace
from mmfer.runtime.preparation import build_steps, network_input

GRAY = dict(type='RandomGrayscale', prob=1.0, keep_channels=True, channel_weights=(1, 2, 1))


@pytest.mark.parametrize('size', [8, 40])
def test_the_input_is_that_of_the_pipeline(size: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 24, 3), np.uint8)
    pipeline = [
        dict(type='LoadExpressionImage'),
        dict(type='mmfer.ResizeFace', size=size),
        GRAY,
        dict(type='PackExpression'),
    ]
    options = {name: value for name, value in GRAY.items() if name != 'type'}
    expected = ResizeFace(size)(dict(img=image, img_shape=image.shape[:2]))
    expected = RandomGrayscale(**options)(expected)['img'][..., ::-1].transpose(2, 0, 1)
    found = network_input(build_steps(pipeline, 'a.onnx'), image)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


def test_steps_inside_a_cache_are_taken() -> None:
    pipeline = [
        dict(
            type='Cached',
            transforms=[dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=5)],
        )
    ]
    found = network_input(build_steps(pipeline, 'a.onnx'), np.zeros((9, 9, 3), np.uint8))
    assert found.shape == (3, 5, 5)


@pytest.mark.parametrize(
    'step',
    [
        dict(type='AlignFace', size=112),
        dict(type='ResizeFace', size='80'),
        dict(type='ResizeFace', size=True),
        dict(type='ResizeFace', size=10**9),
        dict(type='ResizeFace', size=8, method='nearest'),
        dict(type='Cached', transforms=5),
        dict(type='Cached', transforms=['ResizeFace']),
        'ResizeFace',
        dict(type='RandomGrayscale', prob=0.5, keep_channels=True),
        dict(type='RandomGrayscale', prob=1.0),
        GRAY | dict(channel_weights='abc'),
        GRAY | dict(channel_weights=[1, 1]),
        GRAY | dict(channel_weights=[1, 1, float('nan')]),
        GRAY | dict(channel_weights=[0, 0, 0]),
        dict(type='os.system', command='id'),
        dict(),
    ],
)
def test_a_step_that_is_wrong_or_needs_pytorch_is_refused(step: Any) -> None:
    with pytest.raises(ValueError, match=r'"a.onnx" prepares faces by .* wrong or needs PyTorch'):
        build_steps([step], 'a.onnx')
