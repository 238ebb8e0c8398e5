"""Wrong augmentations of a preprocessor are refused by name."""

from typing import Any

import pytest
import torch

from mmfer.models import AugmentingPreprocessor
from tests.models.preprocessors.test_augmenting_preprocessor import (
    FLIP,
    batch_of,
    images,
    preprocessor,
)


@pytest.mark.parametrize(
    ('augment', 'message'),
    [
        (dict(type='RandomAfine'), 'no augmentation "RandomAfine" .* Did you mean RandomAffine?'),
        (dict(type='os.system', command='true'), 'no augmentation "os.system"'),
        (dict(type='RandomMixUpV2'), 'no augmentation "RandomMixUpV2" of single images'),
        (dict(type='GeometricAugmentationBase2D'), 'no augmentation "Geometric'),
        (dict(type='RandomAffine', degree=3), 'RandomAffine takes other options'),
        (dict(type='RandomHorizontalFlip', p='a'), r"RandomHorizontalFlip\(p='a'\): give a prob"),
        (dict(type='Normalize', mean=0.5, std=0.5), 'Normalize has no place there'),
        (dict(type='RandomHorizontalFlip', p=50), r'RandomHorizontalFlip\(p=50\): give a prob'),
    ],
)
def test_wrong_augmentations_are_named(augment: dict[str, Any], message: str) -> None:
    prepare = preprocessor(augment)
    assert torch.equal(prepare(batch_of(images()), False)['inputs'], images().float())
    with pytest.raises(ValueError, match=message):
        prepare(batch_of(images()), True)


@pytest.mark.parametrize('given', [None, FLIP, 'RandomHorizontalFlip', ['RandomHorizontalFlip']])
def test_device_augments_are_a_list(given: Any) -> None:
    with pytest.raises(ValueError, match='device_augments=.*: give a list of augmentations'):
        AugmentingPreprocessor(device_augments=given)


def test_images_of_several_sizes_are_refused() -> None:
    batch = batch_of(images())
    batch['inputs'] = [image[:, : 8 + i] for i, image in enumerate(batch['inputs'])]
    with pytest.raises(ValueError, match='images of one size, but a batch has several'):
        preprocessor(FLIP)(batch, True)
