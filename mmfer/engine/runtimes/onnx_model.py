"""ONNX files in onnxruntime, read without trust in them."""

import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from mmpretrain.structures import DataSample

NEEDED = ('onnx', 'onnxruntime', 'onnxscript')
"""The packages of the extra ``export``."""
ENDLESS = ('Loop', 'Scan')
"""Operators that may run without end; no exported file has them."""
EXPORT_AGAIN = 'Write the file again with "mmfer export".'


def check_packages() -> None:
    """Raise ValueError if a package for ONNX is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ValueError(
            f'ONNX files need {", ".join(missing)}: pip install {" ".join(missing)}, or the extra '
            '"export" of mmfer.'
        )


class OnnxModel:
    """An exported file in onnxruntime, with the call of a classifier.

    The file may come from a stranger: it cannot name other files, has no operators from outside
    onnxruntime, and no loops. onnxruntime has as many threads as PyTorch.

    Args:
        content: The file that :func:`mmfer.engine.export.export_onnx` wrote.
        where: The name of the file, for messages.

    Attributes:
        metadata: The texts in the metadata of the file, by name.
        shape: The shape (3, H, W) of an image.

    Raises:
        ValueError: If a package is missing, or the content is no ONNX file of mmfer, is damaged or
            not safe.

    Example:
        >>> model = OnnxModel(Path('my_model.onnx').read_bytes(), 'my_model.onnx')
        >>> model.scores(np.zeros((2, 3, 112, 112), np.float32)).shape
        (2, 8)
    """

    def __init__(self, content: bytes, where: str) -> None:
        check_packages()
        import onnxruntime

        self.where = where
        self.metadata = _checked_metadata(content, where)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # the errors are raised, too
        try:
            self.session = onnxruntime.InferenceSession(
                content, options, providers=['CPUExecutionProvider']
            )
        except Exception as error:  # onnxruntime has an own class for each kind of failure
            raise ValueError(
                f'onnxruntime cannot load "{where}": {error}. Copy the file again, or update '
                'onnxruntime.'
            ) from error
        inputs, outputs = self.session.get_inputs(), self.session.get_outputs()
        if [one.name for one in inputs + outputs] != ['images', 'scores'] or not (
            len(inputs[0].shape) == 4 and all(isinstance(side, int) for side in inputs[0].shape[1:])
        ):
            raise ValueError(
                f'"{where}" does not take "images" (N, 3, H, W) and give "scores" (N, classes). '
                f'{EXPORT_AGAIN}'
            )
        number, *shape = inputs[0].shape
        self.number = number if isinstance(number, int) else None
        self.shape = tuple(shape)

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Scores (N, C) of images (N, 3, H, W) float32, RGB from 0 to 255.

        Raises:
            ValueError: If the images have another size than those of the file.
        """
        if images.shape[1:] != self.shape:
            raise ValueError(
                f'"{self.where}" takes images of the shape {self.shape}, but got '
                f'{images.shape[1:]}. {EXPORT_AGAIN}'
            )
        if self.number is None:
            return self._run(images)
        short = -len(images) % self.number
        padded = np.concatenate([images, np.zeros((short, *self.shape), np.float32)])
        parts = [
            self._run(padded[start : start + self.number])
            for start in range(0, len(padded), self.number)
        ]
        return np.concatenate(parts)[: len(images)]

    def _run(self, images: np.ndarray) -> np.ndarray:
        return self.session.run(['scores'], {'images': images})[0]

    def test_step(self, data: Mapping[str, Any]) -> list[DataSample]:
        """The scores of a batch as a classifier of mmengine gives them.

        Args:
            data: ``inputs``, images (3, H, W) BGR uint8 or float32, and ``data_samples``.
        """
        images = torch.stack(list(data['inputs'])).flip(1).float().numpy()
        scores = torch.from_numpy(self.scores(images))
        return [DataSample().set_pred_score(score) for score in scores]


def _checked_metadata(content: bytes, where: str) -> dict[str, str]:
    import onnx

    try:
        model = onnx.ModelProto.FromString(content)
    except Exception as error:
        raise ValueError(
            f'"{where}" is no ONNX file, or is truncated ({len(content)} bytes). Copy it again.'
        ) from error
    if not model.graph.node:
        raise ValueError(f'"{where}" is no ONNX file: it has no operators. Copy it again.')
    for message in _messages(model):
        if isinstance(message, onnx.TensorProto) and (
            message.external_data or message.data_location == onnx.TensorProto.EXTERNAL
        ):
            raise ValueError(
                f'"{where}" keeps weights in another file, which is not read. {EXPORT_AGAIN}'
            )
        if isinstance(message, onnx.NodeProto) and message.op_type in ENDLESS:
            raise ValueError(
                f'"{where}" has the operator {message.op_type}, which may run without end; it is '
                f'refused. {EXPORT_AGAIN}'
            )
    return {entry.key: entry.value for entry in model.metadata_props}


def metadata_of(content: bytes) -> dict[str, str]:
    """The texts in the metadata of an ONNX file, by name."""
    import onnx

    return {e.key: e.value for e in onnx.ModelProto.FromString(content).metadata_props}


def _messages(message: Any) -> Iterator[Any]:
    """A message of protobuf and all messages inside; protobuf limits their depth to 100."""
    yield message
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for child in value if hasattr(value, '__len__') else [value]:
                yield from _messages(child)


def with_metadata(content: bytes, metadata: Mapping[str, Any]) -> bytes:
    """An ONNX file with metadata: each entry becomes a text in JSON.

    Args:
        content: The ONNX file.
        metadata: JSON values by name; an entry of this name in the file is replaced.
    """
    import onnx

    model = onnx.ModelProto.FromString(content)
    kept = {entry.key: entry.value for entry in model.metadata_props}
    texts = {name: json.dumps(value) for name, value in metadata.items()}
    onnx.helper.set_model_props(model, kept | texts)
    return model.SerializeToString()
