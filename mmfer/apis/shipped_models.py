"""The trained models that mmfer ships."""

import json
from pathlib import Path
from typing import Any

WEIGHTS = Path(__file__).parents[1] / 'weights'
DEFAULT = 'efficientnet-lite0_ferplus'
"""Reads eight expressions of real faces; ``mmfer/weights/README.md`` is its model card."""


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
        FileNotFoundError: If there is no such model.
    """
    path = WEIGHTS / f'{name}.pth'
    if not path.is_file():
        raise FileNotFoundError(
            f'No shipped model is named "{name}". The shipped models are: '
            f'{", ".join(list_models()) or "none"}.'
        )
    return path


def model_card(name: str = DEFAULT) -> dict[str, Any]:
    """What is known of a shipped model: data, terms and results, in percent.

    Raises:
        FileNotFoundError: If there is no such model.
    """
    card = shipped_checkpoint(name).with_suffix('.json')
    return json.loads(card.read_text(encoding='utf-8'))
