"""From a loaded model to an exported file that needs nothing else."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from mmengine.config import Config

from mmfer.apis.face_inferencer import check_backend
from mmfer.apis.face_samples import pipeline_input
from mmfer.apis.loaded_model import LoadedModel
from mmfer.apis.loading import plain_steps, transforms_with
from mmfer.engine.configuration.config_text import read_values
from mmfer.engine.export import ImageScores, onnx_content, program_content
from mmfer.engine.runtimes.onnx_model import OnnxModel, with_metadata
from mmfer.faces import Face
from mmfer.protocols import views_of
from mmfer.runtime.onnx_file import FORMAT, OnnxFile, check_classes
from mmfer.shipped_models import shipped_onnx

RENAME = 'Rename the class in the data and in the config, and train again.'


def image_size(loaded: LoadedModel, given: int | None = None) -> int:
    """The side of the images in pixels that the test pipeline of a model gives.

    Args:
        loaded: The model.
        given: The side that the caller expects, if any.

    Raises:
        ValueError: If the pipeline gives images of another size or of different sizes, or fails.
    """
    sample = _sample(loaded, given)
    try:
        *_, height, width = loaded.pipeline(sample)['inputs'].shape
    except Exception as error:  # a transform may come from anywhere
        raise ValueError(
            f'The test pipeline of the config {_name(loaded)} fails for the crop of a face, so no '
            f'photograph could be read: {type(error).__name__}: {error}'
        ) from error
    if height != views_of(loaded.model) * width:
        raise ValueError(
            f'The test pipeline of the config {_name(loaded)} gives images of {width} x {height} '
            'px, but a file is for square ones. Resize the faces to a square in it.'
        )
    if given is not None and given != width:
        raise ValueError(
            f'The test pipeline of the config {_name(loaded)} gives images of {width} px, so a '
            f'file for {given} px could read none of them. Leave out the size, or let the pipeline '
            f'give images of {given} px.'
        )
    return int(width)


def _sample(loaded: LoadedModel, given: int | None) -> dict[str, Any]:
    """The input of the test pipeline for the crop of a face, here noise."""
    cuts_face = bool(transforms_with('cuts_face', loaded.pipeline))
    side = given or loaded.config.get('image_size')
    if loaded.alignment is not None and not cuts_face:
        side = loaded.alignment.size
    if not isinstance(side, int) or side < 1:
        raise ValueError(
            f'The config {_name(loaded)} has no image_size: give the size of the images (--size), '
            'or write image_size = ... in the config.'
        )
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, (side, side, 3), np.uint8)
    points = generator.uniform(0, side - 1, (68, 2))
    face = replace(Face.of_whole_image(image), landmarks=points[:5])
    if transforms_with('needs_landmarks', loaded.pipeline):
        face = replace(face, landmarks68=points, scores68=np.ones(68))
    return pipeline_input(image, face, cuts_face)


def _name(loaded: LoadedModel) -> str:
    return f'"{getattr(loaded.config, "filename", None) or "of the checkpoint"}"'


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
        size: The side of the images in pixels, to be checked; the test pipeline gives it.
        batch_size: The number of images in a batch; None leaves it free, if the graph allows that.
        half_weights: Store weights in 16 bits where this changes no value.

    Returns:
        The content, and the number of images in a batch; None if it is free.

    Raises:
        ValueError: If the model cannot be exported, see :func:`mmfer.engine.export.export_onnx`.
    """
    _refuse_motion(loaded)
    check_classes(loaded.classes, 'the model', RENAME)
    side = image_size(loaded, size)
    content, number = onnx_content(loaded.model, side, batch_size, half_weights)
    content = with_metadata(content, described(loaded, side))
    read_back(content, loaded)
    return content, number


def read_back(content: bytes, loaded: LoadedModel) -> None:
    """Read the content of an ONNX file as its readers will, and let it score a crop.

    Raises:
        ValueError: If the file cannot be read or run.
    """
    file = OnnxFile.of_content(content, 'the exported file', OnnxModel)
    LoadedModel.of_file(file).scores([_sample(loaded, None)], 1)


def program_file(
    loaded: LoadedModel, size: int | None = None, batch_size: int | None = None
) -> tuple[bytes, int | None]:
    """The content of a file for :func:`torch.export.load`; see :func:`onnx_file`.

    The metadata are one JSON object in the extra file :data:`mmfer.engine.export.FACTS`.
    """
    _refuse_motion(loaded)
    check_classes(loaded.classes, 'the model', RENAME)
    side = image_size(loaded, size)
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
    content, _ = onnx_content(loaded.model, image_size(loaded))
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
    # Through text, so that tuples and types become JSON values.
    text = Config(dict(pipeline=plain_steps(loaded.config))).pretty_text
    steps = read_values(text)['pipeline']
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
