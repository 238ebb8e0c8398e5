"""Builds the model of a config outside a runner."""

from copy import deepcopy
from typing import Any

from mmengine.config import Config

from mmfer.registry import MODELS


def build_model(config: Config) -> Any:
    """The config's model with the normalization of its data, as the runner builds it.

    A ``data_preprocessor`` at the top level of the config serves a model that has none of its own.
    """
    model = deepcopy(config.model)  # building a model completes its config
    if config.get('data_preprocessor') is not None:
        model.setdefault('data_preprocessor', deepcopy(config.data_preprocessor))
    return MODELS.build(model)
