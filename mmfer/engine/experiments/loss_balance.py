"""How hard the feature losses of a config pull before the first step, with several options."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config
from mmengine.runner import Runner, set_random_seed
from torch import Tensor

from mmfer.engine.model_building import build_model
from mmfer.registry import MODELS


@dataclass(frozen=True)
class StartFeatures:
    """Outputs of a network at its start weights for the first batches of training."""

    batches: Sequence[tuple[tuple[Tensor, ...], list[Any]]]
    """The inputs of the head and the samples of each batch."""

    @property
    def width(self) -> int:
        """Width of the features."""
        return self.batches[0][0][-1].size(1)

    @property
    def length(self) -> float:
        """Mean length of the features."""
        return float(torch.cat([feats[-1] for feats, _ in self.batches]).norm(dim=1).mean())


def start_features(config: Config, count: int, batch_size: int, seed: int) -> StartFeatures:
    """Compute the inputs of the head for batches of the training part, without training.

    Args:
        config: The config.
        count: Number of batches.
        batch_size: Images in a batch.
        seed: Seed of the weights and of the order of the images.
    """
    set_random_seed(seed)
    model = build_model(config)
    model.init_weights()
    model.train()
    loader_config = deepcopy(config.train_dataloader)
    loader_config.update(batch_size=batch_size, num_workers=0, persistent_workers=False)
    loader = Runner.build_dataloader(loader_config, seed=seed)
    batches = []
    for _, data in zip(range(count), loader, strict=False):
        data = model.data_preprocessor(data, training=True)
        with torch.no_grad():
            feats = model.extract_feat(data['inputs'])
        batches.append((feats, data['data_samples']))
    return StartFeatures(batches)


def gradient_ratios(
    head: Mapping[str, Any], start: StartFeatures, options: Mapping[str, Any], seed: int
) -> dict[str, list[float]]:
    """The ratios of :class:`GradientBalance` for every batch, by the name of the loss.

    Nothing is trained, but centers move from batch to batch.

    Args:
        head: Config of the head.
        start: The inputs of the head.
        options: Options that every feature loss gets, such as ``start='batch'``.
        seed: Seed of the weights of head and losses.

    Raises:
        ValueError: If the head has no feature losses.
    """
    losses = [dict(loss, **options) for loss in head.get('feature_losses', ())]
    if not losses:
        raise ValueError(
            f'The head {head["type"]} of the config has no feature_losses, so there is nothing to '
            'compare. Add the losses to compare to head.feature_losses.'
        )
    torch.manual_seed(seed)
    module = MODELS.build(dict(head, feature_losses=losses, balance_interval=1))
    module.init_weights()
    module.train()
    ratios: dict[str, list[float]] = {}
    for feats, samples in start.batches:
        # A neck may give a tuple of its own kind, with more entries.
        inputs = tuple(one.detach().requires_grad_() for one in feats)
        for name, value in module.loss(inputs, samples).items():
            if name.startswith('gradient_ratio_'):
                ratios.setdefault(name.removeprefix('gradient_ratio_'), []).append(float(value))
    return ratios
