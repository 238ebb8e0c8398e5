"""What an exported ONNX file says about its model, in metadata that needs no config."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from mmengine.config import Config

from mmfer.engine.configuration.config_text import config_from_text
from mmfer.engine.runtimes.onnx_model import EXPORT_AGAIN, OnnxModel
from mmfer.reading import check_form, check_regular, parse_json

SUFFIX = '.onnx'
FORMAT = 1
"""The number of the form of the metadata."""
MOST_BYTES = (1 << 31) - 1
"""The largest message of protobuf."""


class _Preprocessing(TypedDict):
    pipeline: list[dict[str, Any]]


class _Metadata(TypedDict):
    format: int
    classes: list[str]
    of_attributes: bool
    unknown_attributes: list[str]
    preprocessing: _Preprocessing
    face_crop: dict[str, Any] | None
    calibration: dict[str, Any] | None
    rendered: bool
    model_card: dict[str, Any]


@dataclass(frozen=True)
class OnnxFile:
    """An exported file, ready to run, with its metadata.

    Args:
        model: The model in onnxruntime.
        config: A config with the test pipeline and ``face_crop``, for the functions that read
            these from configs.
        metadata: The metadata as JSON values.
    """

    model: OnnxModel
    config: Config
    metadata: _Metadata

    @classmethod
    def read(cls, path: str | Path) -> 'OnnxFile':
        """Read a file that ``mmfer export`` wrote.

        Raises:
            FileNotFoundError: If the file does not exist.
            ValueError: If the file is no ONNX file of mmfer, is damaged or not safe, or a package
                is missing.
        """
        path = Path(path)
        check_regular(path)
        if not path.is_file():
            raise FileNotFoundError(f'There is no ONNX file "{path}". Check the path.')
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f'"{path}" is larger than 2 GiB, so it is no ONNX file.')
        model = OnnxModel(path.read_bytes(), str(path))
        metadata = _metadata(model.metadata, str(path))
        pipeline, crop = metadata['preprocessing']['pipeline'], metadata['face_crop']
        # As text, because there every component is checked to be a registered one.
        text = f'test_dataloader = {dict(dataset=dict(pipeline=pipeline))!r}\nface_crop = {crop!r}'
        return cls(model, config_from_text(text, str(path)), metadata)


def _metadata(texts: dict[str, str], where: str) -> _Metadata:
    if not {'format', 'preprocessing', 'classes'} <= texts.keys():
        raise ValueError(
            f'"{where}" does not say how to prepare faces and what its scores mean: another '
            'program wrote it, or an earlier version of mmfer. Export the model with '
            '"mmfer export".'
        )
    found = {
        name: parse_json(texts[name], f'metadata "{name}" of "{where}"', EXPORT_AGAIN)
        for name in _Metadata.__annotations__
        if name in texts
    }
    if found['format'] != FORMAT:
        raise ValueError(
            f'"{where}" has the format {found["format"]}, but this version of mmfer reads format '
            f'{FORMAT}. Export the model again, or update mmfer.'
        )
    check_form(found, _Metadata, f'The metadata of "{where}"', EXPORT_AGAIN)
    metadata: _Metadata = found  # type: ignore[assignment]
    return metadata
