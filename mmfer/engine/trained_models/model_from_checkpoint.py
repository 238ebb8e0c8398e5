"""The model of a checkpoint that holds its config."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmfer.engine.model_building import build_model
from mmfer.engine.trained_models.content import own_config, put_weights, read_checkpoint
from mmfer.registry import register_all_modules


@dataclass(frozen=True)
class ModelFromCheckpoint:
    """A model in eval mode with the weights, the config and the metadata of its checkpoint."""

    model: Any
    config: Config
    meta: dict[str, Any]

    @classmethod
    def load(cls, checkpoint: str | Path) -> 'ModelFromCheckpoint':
        """Build the model of the config within a checkpoint, and load its weights.

        Raises:
            FileNotFoundError: If the file does not exist.
            ValueError: If the checkpoint cannot be read, has no config, or does not fit it.
        """
        register_all_modules()
        loaded = read_checkpoint(checkpoint)
        config = own_config(loaded, checkpoint)
        with DefaultScope.overwrite_default_scope('mmfer'):
            model = build_model(config)
        return cls(model.eval(), config, put_weights(model, loaded, checkpoint))
