"""Builds the model of a config outside a runner."""

from copy import deepcopy
from typing import Any

from mmengine.config import Config

from mmfer.registry import MODELS


def build_model(config: Config) -> Any:
    """Build the model of a config with its data preprocessor, as the runner does.

    A model without ``data_preprocessor`` gets the one at the top level of the config.
    """
    model = deepcopy(config.model)  # building a model completes its config
    if config.get('data_preprocessor') is not None:
        model.setdefault('data_preprocessor', deepcopy(config.data_preprocessor))
    return MODELS.build(model)
