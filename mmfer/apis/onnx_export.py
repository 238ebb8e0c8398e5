"""From a loaded model to an exported file that needs nothing else."""

import json
from dataclasses import replace
from typing import Any

from mmengine.config import Config

from mmfer.apis.face_inferencer import check_backend
from mmfer.apis.loaded_model import LoadedModel
from mmfer.apis.loading import transforms_with
from mmfer.datasets.wrapped import pipeline_of
from mmfer.engine.configuration.config_text import read_values
from mmfer.engine.export import ImageScores, onnx_content, program_content
from mmfer.engine.runtimes.onnx_model import OnnxModel, with_metadata
from mmfer.runtime.onnx_file import FORMAT
from mmfer.shipped_models import shipped_onnx


def image_size(config: Config, given: int | None = None) -> int:
    """The side of the images of a model in pixels: the given one, or ``image_size`` of its config.

    Raises:
        ValueError: If neither is known.
    """
    size = given or config.get('image_size')
    if not isinstance(size, int):
        name = getattr(config, 'filename', None) or 'of the checkpoint'
        raise ValueError(
            f'The config "{name}" has no image_size: give the size of the images (--size), or '
            'write image_size = ... in the config.'
        )
    return size


def onnx_file(
    loaded: LoadedModel,
    size: int | None = None,
    batch_size: int | None = None,
    half_weights: bool = False,
) -> tuple[bytes, int | None]:
    """The content of an ONNX file with everything that :class:`mmfer.apis.FERInferencer` needs.

    The metadata have, as JSON: ``classes``; ``preprocessing``, the steps from a face crop to the
    input, with the normalization that the graph itself does; ``face_crop``, how to crop a face;
    ``calibration``; ``model_card``; and a few more facts.

    Args:
        loaded: The model in PyTorch.
        size: The side of the images in pixels; None reads it from the config.
        batch_size: The number of images in a batch; None leaves it free, if the graph allows that.
        half_weights: Store weights in 16 bits where this changes no value.

    Returns:
        The content, and the number of images in a batch; None if it is free.

    Raises:
        ValueError: If the model cannot be exported, see :func:`mmfer.engine.export.export_onnx`.
    """
    _refuse_motion(loaded)
    side = image_size(loaded.config, size)
    content, number = onnx_content(loaded.model, side, batch_size, half_weights)
    return with_metadata(content, described(loaded, side)), number


def program_file(
    loaded: LoadedModel, size: int | None = None, batch_size: int | None = None
) -> tuple[bytes, int | None]:
    """The content of a file for :func:`torch.export.load`; see :func:`onnx_file`.

    The metadata are one JSON object in the extra file :data:`mmfer.engine.export.FACTS`.
    """
    _refuse_motion(loaded)
    side = image_size(loaded.config, size)
    return program_content(loaded.model, side, batch_size, json.dumps(described(loaded, side)))


def load_for(
    backend: str | None, config: Any = None, checkpoint: Any = None, device: str = 'cpu'
) -> LoadedModel:
    """A model, run by a backend; None takes onnxruntime for an ONNX file, else PyTorch.

    See :class:`mmfer.apis.FERInferencer` for the arguments. For a shipped model with an exported
    file, onnxruntime reads that; others are exported in memory, which takes seconds.

    Raises:
        ValueError: If there is no such backend, it cannot run the model, or not on the device.
    """
    check_backend(backend)
    if backend == 'onnxruntime' and checkpoint is None and not isinstance(config, Config):
        config = shipped_onnx(config) or config
    loaded = LoadedModel.load(config, checkpoint, device)
    if backend == 'pytorch' and loaded.in_onnxruntime:
        raise ValueError('The model is an ONNX file, which PyTorch cannot run: give a checkpoint.')
    if backend == 'onnxruntime' and not loaded.in_onnxruntime:
        return in_onnxruntime(loaded, device)
    return loaded


def in_onnxruntime(loaded: LoadedModel, device: str = 'cpu') -> LoadedModel:
    """The same model, run by onnxruntime, which here works on the CPU.

    Raises:
        ValueError: If the device is another, or the model cannot be exported.
    """
    if device != 'cpu':
        raise ValueError(f'onnxruntime runs the model on the CPU: leave out the device {device}.')
    _refuse_motion(loaded)
    content, _ = onnx_content(loaded.model, image_size(loaded.config))
    return replace(loaded, model=OnnxModel(content, 'the exported model'))


def _refuse_motion(loaded: LoadedModel) -> None:
    """Raise ValueError for the motion of a clip: a file describes pixels of a face crop alone."""
    readers = transforms_with('reads_clip', loaded.pipeline)
    if readers:
        raise ValueError(
            f'This model reads the motion between two frames of a clip ({readers[0]}), but an '
            'exported file reads the pixels of one face crop, so it is not exported. Use '
            'mmfer.apis.MicroExpressionInferencer with the config and the checkpoint.'
        )


def described(loaded: LoadedModel, side: int) -> dict[str, Any]:
    """The metadata of an exported file, JSON values by name; see :func:`onnx_file`."""
    pipeline = pipeline_of(loaded.config.test_dataloader.dataset, 'test_dataloader.dataset')
    # Through text, so that tuples and types become JSON values.
    steps = read_values(Config(dict(pipeline=pipeline)).pretty_text)['pipeline']
    scores = ImageScores(loaded.model)
    crop, temperature = loaded.alignment, loaded.temperature
    return {
        'format': FORMAT,
        'classes': list(loaded.classes),
        'of_attributes': loaded.of_attributes,
        'unknown_attributes': list(loaded.dataset_meta.get('unknown_attributes') or ()),
        'preprocessing': {
            'image_size': side,
            'colors': 'RGB',
            'gray': any(
                step['type'] == 'RandomGrayscale' and step.get('prob') == 1 for step in steps
            ),
            'range': [0, 255],
            'normalized_in_graph': {
                'mean': scores.mean.flatten().tolist(),
                'std': scores.std.flatten().tolist(),
            },
            'pipeline': steps,
        },
        'face_crop': None if crop is None else crop.to_dict(),
        'calibration': None if temperature is None else {'temperature': temperature},
        'rendered': loaded.rendered,
        'model_card': loaded.card,
    }
