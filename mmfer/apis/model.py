"""A trained model with the data sets of its config."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope

from mmfer.apis.loading import build_model, read_config
from mmfer.datasets.wrapped import each_sample_once, evaluation_pipeline
from mmfer.device import usable_device
from mmfer.engine.feature_bank import FeatureBank, build_with_pipeline, collect_bank
from mmfer.engine.trained_models.content import load_weights
from mmfer.registry import DATASETS, register_all_modules

SPLITS = ('train', 'val', 'test')


@dataclass
class TrainedModel:
    """A config and its model in eval mode with loaded weights."""

    config: Config
    model: Any
    meta: dict[str, Any] = field(default_factory=dict)
    """The metadata of the checkpoint, such as the names of its classes."""

    @classmethod
    def load(
        cls, config: str | Path | Config, checkpoint: str | Path, device: str = 'cpu'
    ) -> 'TrainedModel':
        """Build the model of a config and load a checkpoint.

        Raises:
            FileNotFoundError: If the config or the checkpoint does not exist.
            ValueError: If the config or the checkpoint cannot be read, or they do not fit each
                other.
        """
        cfg = read_config(config)
        register_all_modules()
        with DefaultScope.overwrite_default_scope('mmfer'):
            model = build_model(cfg)
        meta = load_weights(model, checkpoint)
        model.to(usable_device(device))
        model.eval()
        return cls(cfg, model, meta)

    def dataset(self, split: str) -> BaseDataset:
        """The data set of a split, ``'train'``, ``'val'`` or ``'test'``, with the test pipeline.

        A wrapper of data sets gives each sample once.

        Raises:
            ValueError: If the config has no such split.
        """
        loader = self.config.get(f'{split}_dataloader')
        if split not in SPLITS or loader is None:
            raise ValueError(f'The config has no {split}_dataloader.')
        with DefaultScope.overwrite_default_scope('mmfer'):
            if split != 'train':
                return each_sample_once(DATASETS.build(loader.dataset))
            pipeline = evaluation_pipeline(self.config, 'The training data')
            return build_with_pipeline(loader.dataset, pipeline)

    def bank(self, dataset: BaseDataset, batch_size: int = 128) -> FeatureBank:
        """Features and predictions of a data set."""
        return collect_bank(self.model, dataset, batch_size)
