"""Eight-bit integers instead of floats in an exported file."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from mmfer.engine.runtimes.onnx_model import TO_EXPORT, OnnxModel
from mmfer.runtime.onnx_network import check_packages

OPERATORS = ['Conv', 'Gemm', 'MatMul', 'Add', 'MaxPool', 'AveragePool', 'GlobalAveragePool']
"""The operators that work on integers; the rest, such as the softmax and the products of attention,
stays as it is."""


def quantized(content: bytes, images: np.ndarray, batch_size: int = 1) -> bytes:
    """An ONNX file with weights and maps in int8, by onnxruntime's static quantization.

    The ranges of the maps are those of the calibration images (smallest to largest value). Weights
    have a scale for each output channel and 7 bits, because 8 bits overflow on CPUs without VNNI,
    silently. The first convolution and the last linear layer stay in floats.

    Args:
        content: An ONNX file of :func:`mmfer.engine.export.export_onnx`.
        images: Calibration images (N, 3, H, W) float32, RGB from 0 to 255, as the model sees them.
        batch_size: The number of images that the file takes at once; a rest of the images is left
            out.

    Raises:
        ValueError: If a package is missing, or there are fewer images than a batch has.

    Example:
        >>> small = quantized(Path('my_model.onnx').read_bytes(), faces)
    """
    check_packages(TO_EXPORT)
    if len(images) < batch_size:
        raise ValueError(
            f'There are {len(images)} calibration images, fewer than a batch of {batch_size}. Give '
            'more.'
        )
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with TemporaryDirectory() as folder:
        original, prepared, out = (Path(folder) / name for name in ('a', 'b', 'c'))
        original.write_bytes(content)
        quant_pre_process(original, prepared, skip_symbolic_shape=True)
        in_floats = _left_in_floats(prepared.read_bytes())
        quantize_static(
            prepared,
            out,
            _Batches(images, batch_size),
            op_types_to_quantize=OPERATORS,
            nodes_to_exclude=in_floats,
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )
        small = out.read_bytes()
    OnnxModel(small, 'the quantized file').scores(images[:batch_size])  # it can be run
    return small


def _left_in_floats(content: bytes) -> list[str]:
    """The names of the operators that stay in floats.

    These are the first convolution and the last linear layer, where rounding costs most accuracy,
    and matrix products without a weight of two axes, such as those of attention, which onnxruntime
    cannot run with a scale for each channel.
    """
    import onnx

    graph = onnx.ModelProto.FromString(content).graph
    weights = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 2}
    convolutions = [node.name for node in graph.node if node.op_type == 'Conv']
    linear = [
        node
        for node in graph.node
        if node.op_type == 'Gemm' or (node.op_type == 'MatMul' and node.input[1] in weights)
    ]
    of_maps = [node for node in graph.node if node.op_type == 'MatMul' and node not in linear]
    return [*convolutions[:1], *(node.name for node in linear[-1:] + of_maps)]


class _Batches:
    """Calibration images, as onnxruntime reads them."""

    def __init__(self, images: np.ndarray, batch_size: int) -> None:
        last = len(images) - batch_size
        self._batches: Iterator[np.ndarray] = (
            images[start : start + batch_size] for start in range(0, last + 1, batch_size)
        )

    def get_next(self) -> dict[str, Any] | None:
        batch = next(self._batches, None)
        return None if batch is None else {'images': batch}
