"""ONNX files as classifiers of mmengine, and their metadata."""

import json
from collections.abc import Mapping
from typing import Any

import torch
from mmpretrain.structures import DataSample

from mmfer.files import writable_text
from mmfer.runtime.onnx_network import NEEDED, messages
from mmfer.runtime.onnx_scores import OnnxScores

TO_EXPORT = (*NEEDED, 'onnxscript')
"""The packages of the extra ``export``."""
TOLERANCE = 1e-4
"""The largest difference between outputs of an exported file and those of PyTorch."""


class OnnxModel(OnnxScores):
    """An exported file in onnxruntime, with the call of a classifier, and threads as PyTorch.

    Args:
        content: The file that :func:`mmfer.engine.export.export_onnx` wrote.
        where: The name of the file, for messages.

    Raises:
        ValueError: If a package is missing, or the content is no ONNX file of mmfer, is damaged or
            not safe.

    Example:
        >>> model = OnnxModel(Path('my_model.onnx').read_bytes(), 'my_model.onnx')
        >>> model.scores(np.zeros((2, 3, 112, 112), np.float32)).shape
        (2, 8)
    """

    def __init__(self, content: bytes, where: str) -> None:
        super().__init__(content, where, torch.get_num_threads())

    def test_step(self, data: Mapping[str, Any]) -> list[DataSample]:
        """The scores of a batch as a classifier of mmengine gives them.

        Args:
            data: ``inputs``, images (3, H, W) BGR uint8 or float32, and ``data_samples``.
        """
        images = torch.stack(list(data['inputs'])).flip(1).float().numpy()
        scores = torch.from_numpy(self.scores(images))
        return [DataSample().set_pred_score(score) for score in scores]


def content_of(program: torch.onnx.ONNXProgram) -> bytes:
    """The content of an ONNX file, without PyTorch's notes, which name files of this computer."""
    import onnx

    model = program.model_proto
    for message in messages(model):
        if isinstance(message, onnx.NodeProto | onnx.ValueInfoProto | onnx.GraphProto):
            message.ClearField('metadata_props')
    content: bytes = model.SerializeToString()
    return content


def metadata_of(content: bytes) -> dict[str, str]:
    """The texts in the metadata of an ONNX file, by name."""
    import onnx

    return {e.key: e.value for e in onnx.ModelProto.FromString(content).metadata_props}


def with_metadata(content: bytes, metadata: Mapping[str, Any]) -> bytes:
    """An ONNX file with metadata: each entry becomes a text in JSON.

    Letters of all scripts stand in it as they are: OpenCV, which reads it in C++, cannot join the
    two escapes of an emoji.

    Args:
        content: The ONNX file.
        metadata: JSON values by name; an entry of this name in the file is replaced.
    """
    import onnx

    model = onnx.ModelProto.FromString(content)
    kept = {entry.key: entry.value for entry in model.metadata_props}
    texts = {
        name: writable_text(json.dumps(value, ensure_ascii=False))
        for name, value in metadata.items()
    }
    onnx.helper.set_model_props(model, kept | texts)
    return model.SerializeToString()
