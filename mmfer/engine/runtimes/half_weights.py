"""Weights of 16 bits in an ONNX file, without a change of any value."""

import numpy as np
import torch
from torch import nn

SMALLEST = 64
"""The number of values from which a weight is worth an operator more."""


def check_half(model: nn.Module) -> None:
    """Raise ValueError if 16 bits hold no weight of a model exactly."""
    weights = (weight.detach().cpu().numpy() for weight in model.parameters())
    if not any(_exact_half(weight) is not None for weight in weights):
        raise ValueError(
            'No weight of this model has values that 16 bits hold exactly, so the file would not '
            'be smaller: leave out --half-weights, or round the weights of the checkpoint with '
            'tools/misc/publish_model.py.'
        )


def fold_all_but_norms(program: torch.onnx.ONNXProgram) -> None:
    """Simplify an exported graph that PyTorch did not optimize, and keep its weights as they are.

    PyTorch's own optimization multiplies the weights of convolutions by those of the batch norms
    after them; the products need 32 bits. onnxruntime does the same when it loads the file.
    """
    from onnxscript.optimizer import fold_constants, remove_unused_nodes

    fold_constants(program.model)
    remove_unused_nodes(program.model)


def in_half(content: bytes) -> bytes:
    """An ONNX file with weights of 16 bits, each followed by a cast to 32 bits.

    Only weights whose values 16 bits hold exactly are replaced, so no score changes. onnxruntime
    casts them once, when it loads the file.

    Args:
        content: An ONNX file with weights of 32 bits.

    Example:
        >>> small = in_half(Path('my_model.onnx').read_bytes())
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.ModelProto.FromString(content)
    casts = []
    for weight in model.graph.initializer:
        half = _exact_half(numpy_helper.to_array(weight))
        if half is not None:
            name = f'{weight.name}_half'
            casts.append(helper.make_node('Cast', [name], [weight.name], to=onnx.TensorProto.FLOAT))
            weight.CopyFrom(numpy_helper.from_array(half, name))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()


def _exact_half(values: np.ndarray) -> np.ndarray | None:
    """The same values in 16 bits; None if these differ, are of another type, or are few."""
    if values.dtype != np.float32 or values.size < SMALLEST:
        return None
    with np.errstate(over='ignore'):  # too large for 16 bits
        half = values.astype(np.float16)
    return half if (half == values).all() else None
