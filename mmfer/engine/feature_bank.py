"""Features and predictions of a whole data set, in a fixed order and without randomness."""

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

from mmfer.datasets.wrapped import each_sample_once, readers_of
from mmfer.engine.eval_mode import eval_mode
from mmfer.protocols import PoolsFeatures, ReadsSamples, predicts_attributes
from mmfer.registry import DATASETS


@dataclass(frozen=True)
class FeatureBank:
    """Features and predictions of n images, in ascending order of ``sample_idx``."""

    sample_idx: Tensor
    """(n,) long."""
    features: Tensor
    """F, the pooled backbone features, (n, D)."""
    enhanced: Tensor
    """F^, the input of the classifier, (n, D)."""
    probs: Tensor
    """P, the predicted distributions, (n, C)."""
    labels: Tensor
    """(n,) long, the annotated classes."""

    def concat(self, others: Sequence['FeatureBank']) -> 'FeatureBank':
        """Merge this bank and others into one, sorted, with each image once."""
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
    """The classifier, with backbone, neck and head, without a distributed wrapper."""
    return model.module if is_model_wrapper(model) else model


def build_with_pipeline(dataset_cfg: dict, pipeline: list[dict]) -> BaseDataset:
    """Build a data set with another pipeline; a wrapper of data sets gives each sample once.

    In test mode, a broken image is an error or is dropped, according to the options of the data
    set; it is never replaced by another image.
    """

    cfg = ConfigDict(copy.deepcopy(dict(dataset_cfg)))
    for reader in readers_of(cfg):
        reader['pipeline'] = copy.deepcopy(pipeline)
        reader['test_mode'] = True
    return each_sample_once(DATASETS.build(cfg))


def build_unread(dataset_cfg: dict) -> Any:
    """Build a data set for its annotations, without reading its images."""
    cfg = ConfigDict(copy.deepcopy(dict(dataset_cfg)))
    for reader in readers_of(cfg):
        reader.update(pipeline=[], test_mode=False)
    return each_sample_once(DATASETS.build(cfg))


def _loader(dataset: BaseDataset, indices: Sequence[int], batch_size: int) -> DataLoader:
    return DataLoader(
        dataset,
        batch_size=batch_size,
        sampler=list(indices),
        collate_fn=pseudo_collate,
        # A separate generator, because drawing from the global generator would change the training.
        generator=torch.Generator(),
    )


def pooled_features(
    model: nn.Module, dataset: BaseDataset, indices: Sequence[int], batch_size: int = 128
) -> Tensor:
    """F (len(indices), D) of images of a data set, in eval mode.

    Raises:
        ValueError: If the neck of the model has no method ``pool()``, as HIFENet has.
    """
    classifier = unwrap(model)
    neck = getattr(classifier, 'neck', None)
    if not isinstance(neck, PoolsFeatures):
        raise ValueError(
            f'The neck {type(neck).__name__} has no method pool(), which returns the features '
            'before the neck changes them. Use HIFENet, or add the method.'
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
    """Inputs of the head, and F (N, D) if the neck pools features first."""
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
    """Compute the bank of a data set in eval mode, in an order shuffled with a fixed seed.

    The order is shuffled because in ``batch`` context the images of a batch influence each other.
    In distributed training, each rank computes a share, and all ranks return the whole bank.

    Args:
        model: A classifier of mmpretrain. The features are the pooled features of the neck if it
            pools first, as HIFENet does, or else the ``pre_logits`` of the head.
        dataset: A data set with the test pipeline (:func:`build_with_pipeline`). ``sample_idx`` of
            the bank are the numbers of :class:`mmfer.datasets.wrapped.EachSampleOnce`.
        batch_size: Images per step.
        seed: Seed of the order.

    Raises:
        ValueError: If the model predicts attributes.
    """
    classifier = unwrap(model)
    if predicts_attributes(classifier):
        raise ValueError(
            f'{type(classifier.head).__name__} predicts attributes, but a bank needs one class for '
            'each image. Use a model of classes.'
        )
    dataset = each_sample_once(dataset)
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
