"""An exported classifier with what its metadata say about it."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from mmfer.reading import check_form, parse_json
from mmfer.runtime.onnx_network import EXPORT_AGAIN, read_content
from mmfer.runtime.onnx_scores import OnnxScores

SUFFIX = '.onnx'
FORMAT = 1
"""The number of the form of the metadata."""
LONGEST_NAME = 200
"""The most characters of the name of a class."""
JOINERS = '\u200c\u200d'
"""Invisible characters that Persian, Indian scripts and emoji are written with."""


class _Preprocessing(TypedDict):
    pipeline: list[dict[str, Any]]


class Metadata(TypedDict):
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
        metadata: The metadata as JSON values.
        where: The name of the file, for messages.
    """

    model: OnnxScores
    metadata: Metadata
    where: str

    @classmethod
    def read(
        cls, path: str | Path, build: Callable[[bytes, str], OnnxScores] = OnnxScores
    ) -> 'OnnxFile':
        """Read a file that ``mmfer export`` wrote.

        Args:
            path: The file.
            build: Makes the model from the content and the name of the file.

        Raises:
            FileNotFoundError: If the file does not exist.
            ValueError: If the file is no ONNX file of mmfer, is damaged or not safe, or a package
                is missing.
        """
        return cls.of_content(read_content(path), str(path), build)

    @classmethod
    def of_content(
        cls, content: bytes, where: str, build: Callable[[bytes, str], OnnxScores] = OnnxScores
    ) -> 'OnnxFile':
        """As :meth:`read`, from the content of a file and its name for messages."""
        model = build(content, where)
        return cls(model, _metadata(model.metadata, where), where)


def check_classes(classes: Sequence[str], where: str, advice: str) -> None:
    """Check that a file can have these classes.

    Args:
        classes: The names.
        where: What has them, for messages.
        advice: What to do, for messages.

    Raises:
        ValueError: If there is no name, one is there twice, or one cannot be shown.
    """
    if not classes or len(set(classes)) < len(classes):
        raise ValueError(
            f'The classes of {where} are {list(classes)}, but each needs its own name. {advice}'
        )
    if bad := [name for name in classes if not _is_name(name)]:
        raise ValueError(
            f'{where[0].upper()}{where[1:]} has the class {ascii(bad[0][:LONGEST_NAME])}. A name '
            f'has 1 to {LONGEST_NAME} characters that can be printed. {advice}'
        )


def _metadata(texts: dict[str, str], where: str) -> Metadata:
    if not {'format', 'preprocessing', 'classes'} <= texts.keys():
        raise ValueError(
            f'"{where}" does not say how to prepare faces and what its scores mean: another '
            'program wrote it, or an earlier version of mmfer. Export the model with '
            '"mmfer export".'
        )
    found = {
        name: parse_json(texts[name], f'metadata "{name}" of "{where}"', EXPORT_AGAIN)
        for name in Metadata.__annotations__
        if name in texts
    }
    if found['format'] != FORMAT:
        raise ValueError(
            f'"{where}" has the format {found["format"]!r}, but this version of mmfer reads format '
            f'{FORMAT}. Export the model again, or update mmfer.'
        )
    check_form(found, Metadata, f'The metadata of "{where}"', EXPORT_AGAIN)
    metadata: Metadata = found  # type: ignore[assignment]
    classes, unknown = metadata['classes'], metadata['unknown_attributes']
    check_classes(classes, f'"{where}"', EXPORT_AGAIN)
    if unknown and not (metadata['of_attributes'] and set(unknown) < set(classes)):
        raise ValueError(
            f'The unknown_attributes of "{where}" are {unknown}, but only some of the attributes '
            f'of a model of attributes may be unknown. {EXPORT_AGAIN}'
        )
    return metadata


def _is_name(name: str) -> bool:
    """Whether a terminal can show a name; others could move its cursor or change its colors.

    Spaces of any width and joiners are allowed, but not the characters that turn the direction of
    writing, which make one name look like another.
    """
    shown = ''.join(
        ' ' if letter in JOINERS or unicodedata.category(letter) == 'Zs' else letter
        for letter in name[: LONGEST_NAME + 1]
    )
    return bool(shown.strip()) and shown.isprintable() and len(shown) <= LONGEST_NAME
