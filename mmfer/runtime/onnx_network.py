"""ONNX files in onnxruntime, read without trust in them."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.reading import check_regular

NEEDED = ('onnx', 'onnxruntime')
"""The packages that read and run an ONNX file."""
ENDLESS = ('Loop', 'Scan')
"""Operators that may run without end; no exported file has them."""
EXPORT_AGAIN = 'Write the file again with "mmfer export".'
MOST_BYTES = (1 << 31) - 1
"""The largest message of protobuf."""


def check_packages(needed: Sequence[str] = NEEDED) -> None:
    """Raise ValueError if a package for ONNX is missing."""
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        extra = 'onnxruntime' if set(needed) <= set(NEEDED) else 'export'
        raise ValueError(
            f'ONNX files need {", ".join(missing)}: pip install {" ".join(missing)}, or the extra '
            f'"{extra}" of mmfer.'
        )


def read_content(path: str | Path) -> bytes:
    """The bytes of an ONNX file.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is no regular file, or too large.
    """
    path = Path(path)
    check_regular(path)
    if not path.is_file():
        raise FileNotFoundError(f'There is no ONNX file "{path}". Check the path.')
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f'"{path}" is larger than 2 GiB, so it is no ONNX file.')
    return path.read_bytes()


class OnnxNetwork:
    """A network in onnxruntime, from a file that may come from a stranger.

    The file cannot name other files, has no operators from outside onnxruntime, no functions (each
    could call the one before twice, so a small file would become endless), and no loops.

    Args:
        content: The content of the file.
        where: The name of the file, for messages.
        threads: The number of threads; 0 takes all cores.

    Attributes:
        metadata: The texts in the metadata of the file, by name.

    Raises:
        ValueError: If a package is missing, ``threads`` is negative, or the content is no ONNX
            file, is damaged or not safe.

    Example:
        >>> network = OnnxNetwork(read_content('landmarker.onnx'), 'landmarker.onnx')
        >>> points, scores = network.run(['points', 'scores'], images=crops)
    """

    def __init__(self, content: bytes, where: str, threads: int = 0) -> None:
        if threads < 0:
            raise ValueError(f'threads={threads}: give a number, or 0 for all cores.')
        self.where = where
        self.metadata = checked_metadata(content, where)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
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

    @property
    def names(self) -> list[str]:
        """The names of the inputs, then of the outputs."""
        return [one.name for one in [*self.session.get_inputs(), *self.session.get_outputs()]]

    def run(self, outputs: Sequence[str], **inputs: np.ndarray) -> list[np.ndarray]:
        """The outputs of these names for arrays of the inputs by name.

        Raises:
            ValueError: If onnxruntime cannot run the network for these inputs.
        """
        try:
            found: list[np.ndarray] = self.session.run(list(outputs), inputs)
        except Exception as error:  # onnxruntime has an own class for each kind of failure
            raise ValueError(
                f'onnxruntime cannot run "{self.where}". {EXPORT_AGAIN} It says: {error}'
            ) from error
        return found


def checked_metadata(content: bytes, where: str) -> dict[str, str]:
    """The texts in the metadata of an ONNX file, by name.

    Raises:
        ValueError: If a package is missing, or the content is no ONNX file, is damaged or not safe.
    """
    check_packages()
    import onnx

    try:
        model = onnx.ModelProto.FromString(content)
    except Exception as error:
        raise ValueError(
            f'"{where}" is no ONNX file, or is truncated ({len(content)} bytes). Copy it again.'
        ) from error
    if not model.graph.node:
        raise ValueError(f'"{where}" is no ONNX file: it has no operators. Copy it again.')
    if model.functions:
        raise ValueError(
            f'"{where}" has functions of its own, which no file of mmfer has; it is refused. '
            f'{EXPORT_AGAIN}'
        )
    for message in messages(model):
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


def messages(message: Any) -> Iterator[Any]:
    """A message of protobuf and all messages inside; protobuf limits their depth to 100."""
    yield message
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for child in value if hasattr(value, '__len__') else [value]:
                yield from messages(child)
