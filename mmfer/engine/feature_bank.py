"""Features and predictions of a whole data set, in a fixed order and without any randomness."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import ConfigDict
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.dist import get_rank, get_world_size
from mmengine.model import is_model_wrapper
from mmpretrain.structures import DataSample
from torch import Tensor, nn
from torch.utils.data import DataLoader

from mmfer.engine.eval_mode import eval_mode
from mmfer.protocols import PoolsFeatures, ReadsSamples, predicts_attributes
from mmfer.registry import DATASETS


@dataclass(frozen=True)
class FeatureBank:
    """What a model says of n images, in ascending order of ``sample_idx``."""

    sample_idx: Tensor
    """(n,) long."""
    features: Tensor
    """F, the pooled backbone features, (n, D)."""
    enhanced: Tensor
    """F^, what the classifier sees, (n, D)."""
    probs: Tensor
    """P, the predicted distributions, (n, C)."""
    labels: Tensor
    """(n,) long, the annotated classes."""

    def concat(self, others: Sequence['FeatureBank']) -> 'FeatureBank':
        """One bank of this and the others, sorted, each image once."""
        banks = [self, *others]
        sample_idx = torch.cat([b.sample_idx for b in banks])
        order = sample_idx.argsort(stable=True)
        keep = torch.ones_like(order, dtype=torch.bool)
        keep[1:] = sample_idx[order][1:] != sample_idx[order][:-1]
        order = order[keep]
        return FeatureBank(
            sample_idx[order],
            torch.cat([b.features for b in banks])[order],
            torch.cat([b.enhanced for b in banks])[order],
            torch.cat([b.probs for b in banks])[order],
            torch.cat([b.labels for b in banks])[order],
        )


def unwrap(model: nn.Module) -> Any:
    """The classifier, with backbone, neck and head, inside a distributed wrapper."""
    return model.module if is_model_wrapper(model) else model


def build_with_pipeline(dataset_cfg: dict, pipeline: list[dict]) -> BaseDataset:
    """Build a data set, or a wrapper of data sets, with another pipeline.

    In test mode a broken image is an error, or dropped as its data set says; it is never replaced
    by another one.
    """

    def replace(cfg: dict) -> None:
        if 'dataset' in cfg:
            replace(cfg['dataset'])
        elif 'datasets' in cfg:
            for part in cfg['datasets']:
                replace(part)
        else:
            cfg['pipeline'] = copy.deepcopy(pipeline)
            cfg['test_mode'] = True

    cfg = ConfigDict(copy.deepcopy(dict(dataset_cfg)))
    replace(cfg)
    return DATASETS.build(cfg)


def _loader(dataset: BaseDataset, indices: Sequence[int], batch_size: int) -> DataLoader:
    return DataLoader(
        dataset,
        batch_size=batch_size,
        sampler=list(indices),
        collate_fn=pseudo_collate,
        # Its own generator: drawing from the global one would change the training that follows.
        generator=torch.Generator(),
    )


def pooled_features(
    model: nn.Module, dataset: BaseDataset, indices: Sequence[int], batch_size: int = 128
) -> Tensor:
    """F (len(indices), D) of some images of a data set, in eval mode.

    Raises:
        ValueError: If the model's neck does not pool features first, as HIFENet does.
    """
    classifier = unwrap(model)
    neck = getattr(classifier, 'neck', None)
    if not isinstance(neck, PoolsFeatures):
        raise ValueError(
            f'The neck {type(neck).__name__} has no method pool(), which gives the features before '
            'the neck changes them. Take HIFENet, or add the method.'
        )
    features = []
    with eval_mode(classifier), torch.no_grad():
        for batch in _loader(dataset, indices, batch_size):
            inputs = classifier.data_preprocessor(batch, False)['inputs']
            features.append(neck.pool(classifier.backbone(inputs)))
    return torch.cat(features)


def _features(
    classifier: Any, inputs: Tensor, data_samples: list[DataSample]
) -> tuple[tuple[Tensor, ...], Tensor | None]:
    """What the head gets, and F (N, D) if the neck pools features first."""
    if isinstance(classifier, ReadsSamples):
        return classifier.head_inputs(inputs, data_samples), None
    neck = getattr(classifier, 'neck', None)
    if isinstance(neck, PoolsFeatures):
        maps = classifier.extract_feat(inputs, stage='backbone')
        return classifier.neck(maps), neck.pool(maps)
    return classifier.extract_feat(inputs), None


def collect_bank(
    model: nn.Module, dataset: BaseDataset, batch_size: int = 128, seed: int = 0
) -> FeatureBank:
    """Pass a data set through a model in eval mode, shuffled with a fixed seed.

    Shuffled, because in ``batch`` context the images of a batch meet each other. Under
    distributed training each rank passes its share, and all ranks return the whole bank.

    Args:
        model: A classifier of mmpretrain. Where its neck pools features first, as HIFENet does, the
            features are those, else the head's ``pre_logits``.
        dataset: With the test pipeline (:func:`build_with_pipeline`).
        batch_size: Images per step.
        seed: Seed of the order.

    Raises:
        ValueError: If the model predicts attributes, of which an image has many.
    """
    classifier = unwrap(model)
    if predicts_attributes(classifier):
        raise ValueError(
            f'{type(classifier.head).__name__} predicts attributes, but a bank needs one class for '
            'each image. Take a model of classes.'
        )
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed)).tolist()
    parts = []
    with eval_mode(classifier), torch.no_grad():
        for batch in _loader(dataset, order[get_rank() :: get_world_size()], batch_size):
            batch = classifier.data_preprocessor(batch, False)
            feats, pooled = _features(classifier, batch['inputs'], batch['data_samples'])
            enhanced = classifier.head.pre_logits(feats).float().cpu()
            parts.append(
                FeatureBank(
                    torch.tensor([int(s.sample_idx) for s in batch['data_samples']]),
                    enhanced if pooled is None else pooled.float().cpu(),
                    enhanced,
                    classifier.head(feats).float().softmax(1).cpu(),
                    torch.cat([s.gt_label for s in batch['data_samples']]).cpu(),
                )
            )
    bank = parts[0].concat(parts[1:])
    if get_world_size() > 1:
        banks: list = [None] * get_world_size()
        torch.distributed.all_gather_object(banks, bank)
        bank = banks[0].concat(banks[1:])
    return bank
