"""The trained models that mmfer ships."""

import json
from pathlib import Path
from typing import Any

from mmfer.checks.openmmlab import without_pytorch

WEIGHTS = Path(__file__).parent / 'weights'
DEFAULT = 'efficientnet-lite0_ferplus'
"""The default model: eight expressions of real faces, described in ``mmfer/weights/README.md``."""


def list_models() -> list[str]:
    """The names of the shipped models, the default model first.

    Example:
        >>> list_models()[0]
        'efficientnet-lite0_ferplus'
    """
    names = sorted(path.stem for path in WEIGHTS.glob('*.pth'))
    return sorted(names, key=lambda name: name != DEFAULT)


def shipped_checkpoint(name: str = DEFAULT) -> Path:
    """The checkpoint of a shipped model.

    Raises:
        FileNotFoundError: If no shipped model has this name.
    """
    path = WEIGHTS / f'{name}.pth'
    if not path.is_file():
        raise FileNotFoundError(
            f'No shipped model is named "{name}". The shipped models are: '
            f'{", ".join(list_models()) or "none"}.'
        )
    return path


def named_checkpoint(name: str | Path) -> Path:
    """The checkpoint of a shipped model, given by its name, or a path unchanged.

    Example:
        >>> named_checkpoint('work_dirs/epoch_1.pth')
        PosixPath('work_dirs/epoch_1.pth')
    """
    shipped = str(name) in list_models() and not Path(name).exists()
    return shipped_checkpoint(str(name)) if shipped else Path(name)


def shipped_onnx(name: str | Path | None = None) -> Path | None:
    """The exported file of a shipped model, whose scores are those of its checkpoint.

    Args:
        name: The name of a shipped model; None for the default model.

    Returns:
        The file; None if there is none of this name.
    """
    path = WEIGHTS / f'{DEFAULT if name is None else name}.onnx'
    return path if path.is_file() and path.parent == WEIGHTS else None


def usable_models() -> list[str]:
    """The names of the shipped models that the installation can run, the default model first.

    Without PyTorch, these are the models with an exported file.
    """
    names = list_models()
    return [name for name in names if shipped_onnx(name)] if without_pytorch() else names


def model_card(name: str = DEFAULT) -> dict[str, Any]:
    """The card of a shipped model: data, license terms, and results in percent.

    Raises:
        FileNotFoundError: If no shipped model has this name.
    """
    card = shipped_checkpoint(name).with_suffix('.json')
    return json.loads(card.read_text(encoding='utf-8'))
