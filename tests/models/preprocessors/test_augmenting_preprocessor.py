"""Batches are augmented on the device as images are by the transforms of a pipeline."""

import copy
import sys
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from torch import Tensor

from mmfer.datasets import RandomFaceAffine, RandomFaceFlip
from mmfer.faces import read_image
from mmfer.models import AugmentingPreprocessor
from mmfer.models.preprocessors import augmenting_preprocessor
from mmfer.registry import MODELS
from tests.apis.model_files import ASTRONAUT

AFFINE = dict(
    type='RandomAffine', degrees=15, scale=(0.8, 1.2), translate=(0.08, 0.08),
    padding_mode='reflection', align_corners=True, p=1.0,
)  # fmt: skip
FLIP = dict(type='RandomHorizontalFlip', p=0.5)
ERASE = dict(type='RandomErasing', scale=(0.02, 0.2), ratio=(0.3, 10 / 3), value=128 / 255, p=0.25)
SIDE = 48


def face() -> np.ndarray:
    """BGR."""
    return cv2.resize(read_image(ASTRONAUT)[40:180, 50:190, ::-1], (SIDE, SIDE))


def images(count: int = 4) -> Tensor:
    return torch.from_numpy(face()).permute(2, 0, 1).repeat(count, 1, 1, 1)


def batch_of(inputs: Any, **fields: Any) -> dict[str, Any]:
    samples = [DataSample() for _ in inputs]
    for i, sample in enumerate(samples):
        sample.set_gt_label(i % 3)
        for name, value in fields.items():
            sample.set_field(value, name)
    return dict(inputs=inputs, data_samples=samples)


def preprocessor(*augments: dict[str, Any], **options: Any) -> AugmentingPreprocessor:
    """Without normalization, so that its answer holds the augmented pixels."""
    built = MODELS.build(
        dict(type='AugmentingPreprocessor', device_augments=list(augments), **options)
    )
    assert isinstance(built, AugmentingPreprocessor)
    return built


def augmented(*augments: dict[str, Any], inputs: Tensor | None = None, seed: int = 0) -> Tensor:
    torch.manual_seed(seed)
    batch = batch_of(images() if inputs is None else inputs)
    return preprocessor(*augments)(batch, True)['inputs']


def test_settings_that_change_nothing_keep_every_bit() -> None:
    still = dict(AFFINE, degrees=0, scale=(1.0, 1.0), translate=(0.0, 0.0))
    colors = dict(type='ColorJiggle', brightness=0.0, contrast=0.0, saturation=0.0, hue=0.0, p=1.0)
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16).repeat(2, 3, 1, 1)
    for augment in (still, colors, dict(FLIP, p=0.0), dict(ERASE, p=0.0)):
        assert torch.equal(augmented(augment, inputs=pixels), pixels.float()), augment
        assert torch.equal(augmented(augment), images().float())


def test_a_flip_is_that_of_the_pipeline() -> None:
    flipped = RandomFaceFlip(prob=1.0)({'img': face(), 'img_path': 'a'})['img']
    expected = torch.from_numpy(flipped).permute(2, 0, 1).float()
    for image in augmented(dict(FLIP, p=1.0)):
        assert torch.equal(image, expected)


def test_each_image_has_its_own_numbers() -> None:
    found = augmented(AFFINE, FLIP, ERASE, inputs=images(16))
    assert len({image.numpy().tobytes() for image in found}) == 16
    flips = augmented(FLIP, inputs=images(64))
    kept = sum(torch.equal(one, images(1)[0].float()) for one in flips)
    assert 16 < kept < 48


def test_the_same_seed_gives_the_same_images_and_each_step_others() -> None:
    prepare = preprocessor(AFFINE, ERASE)
    torch.manual_seed(1)
    first, second = (prepare(batch_of(images()), True)['inputs'] for _ in range(2))
    assert not torch.equal(first, second)
    torch.manual_seed(1)
    again = [prepare(batch_of(images()), True)['inputs'] for _ in range(2)]
    assert torch.equal(again[0], first) and torch.equal(again[1], second)
    assert not torch.equal(augmented(AFFINE, ERASE, seed=2), augmented(AFFINE, ERASE, seed=3))


def test_ranks_with_the_same_seed_have_other_images(monkeypatch: pytest.MonkeyPatch) -> None:
    first = augmented(AFFINE)
    monkeypatch.setattr(augmenting_preprocessor, 'get_rank', lambda: 1)
    assert not torch.equal(augmented(AFFINE), first)


def test_one_number_of_the_generator_is_used() -> None:
    """What follows a batch does not depend on the augmentations."""
    following = []
    for augments in ((AFFINE,), (FLIP, ERASE, AFFINE)):
        augmented(*augments)
        following.append(torch.rand(3))
    assert torch.equal(*following)


def test_a_test_and_a_validation_change_nothing() -> None:
    batch = batch_of(images())
    before = torch.get_rng_state()
    assert torch.equal(preprocessor(AFFINE, FLIP)(batch, False)['inputs'], images().float())
    assert torch.equal(torch.get_rng_state(), before)


SPOTS = np.array([[14.0, 24], [33, 24]])
"""One in each outer channel, on the middle row."""


def spots() -> np.ndarray:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    for channel, (x, y) in zip((0, 2), SPOTS, strict=True):
        image[..., channel] = 250 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 12)
    return image


def motion_of(found: np.ndarray) -> np.ndarray:
    """Angle in degrees, scale, and shift in x and y of an image (H, W, 3) of :func:`spots`."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    weights = found.astype(float)[..., [0, 2]]
    places = np.stack([(weights * axis[..., None]).sum((0, 1)) for axis in (columns, rows)])
    left, right = (places / weights.sum((0, 1))).T
    (x, y), middle = right - left, (SIDE - 1) / 2
    turn = np.array([[x, -y], [y, x]]) / (SPOTS[1, 0] - SPOTS[0, 0])
    shift = left - middle - turn @ (SPOTS[0] - middle)
    return np.array([np.degrees(np.arctan2(y, x)), np.linalg.det(turn) ** 0.5, *shift])


def test_angles_scales_and_shifts_are_those_of_the_pipeline() -> None:
    count = 3000
    np.random.seed(0)  # noqa: NPY002 (mmcv's transforms draw from the global generator)
    transform = RandomFaceAffine(rotate=15, scale=(0.8, 1.2), shift=0.08)
    by_pipeline = [transform({'img': spots(), 'img_path': 'a'})['img'] for _ in range(count)]
    stacked = torch.from_numpy(spots()).permute(2, 0, 1).repeat(count, 1, 1, 1)
    on_device = augmented(AFFINE, inputs=stacked).permute(0, 2, 3, 1).numpy()
    ours, theirs = (
        np.array([motion_of(one) for one in found]) for found in (on_device, by_pipeline)
    )
    largest = np.array([15, 1.2, 0.08 * SIDE, 0.08 * SIDE])
    for found in (ours, theirs):
        assert (np.abs(found) < largest * 1.03).all()
        assert (np.abs(found).max(0) > largest * 0.97).all() and found[:, 1].min() > 0.78
        np.testing.assert_allclose(found.mean(0), [0, 1, 0, 0], atol=0.5)
    # A uniform distribution around 0 has the mean distance of half its largest value.
    for found in (ours, theirs):
        np.testing.assert_allclose(
            np.abs(found - [0, 1, 0, 0]).mean(0), [7.5, 0.1, 1.92, 1.92], rtol=0.06
        )


def test_a_warp_is_that_of_opencv_with_the_same_matrix() -> None:
    prepare = preprocessor(AFFINE)
    torch.manual_seed(0)
    found = prepare(batch_of(images(6)), True)['inputs'].permute(0, 2, 3, 1).numpy()
    (augment,) = prepare._augments
    for image, matrix in zip(found, augment.transform_matrix.numpy(), strict=True):
        expected = cv2.warpAffine(
            face(), matrix[:2].astype(float), (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT_101
        )
        difference = np.abs(image - expected)
        assert difference.mean() < 0.6 and difference.max() < 12
        assert np.abs(image.astype(float) - face()).mean() > 5


def test_erased_areas_are_those_of_the_config() -> None:
    black = torch.zeros(2000, 3, SIDE, SIDE, dtype=torch.uint8)
    found = augmented(ERASE, inputs=black)
    assert set(found.unique().tolist()) == {0, 128}
    areas = (found[:, 0] == 128).float().mean((1, 2))
    erased = areas[areas > 0]
    assert 0.22 < len(erased) / 2000 < 0.28
    assert 0.017 < erased.min() < 0.03 and 0.17 < erased.max() < 0.21
    assert erased.mean() == pytest.approx(0.11, abs=0.01)


def test_colors_are_seen_as_rgb() -> None:
    blue = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    blue[:, 0] = 200  # BGR, as images are read
    found = augmented(dict(type='RandomGrayscale', p=1.0), inputs=blue)
    assert found.unique().tolist() == [round(0.114 * 200)]
    grey = torch.full((2, 1, 4, 4), 7, dtype=torch.uint8)
    assert torch.equal(augmented(dict(FLIP, p=1.0), inputs=grey), grey.float())


def test_normalization_soft_labels_and_mixup_come_after() -> None:
    options = dict(
        mean=[100.0] * 3, std=[50.0] * 3, to_rgb=True, num_classes=3,
        batch_augments=dict(augments=dict(type='Mixup', alpha=5.0)),
    )  # fmt: skip
    prepare = preprocessor(dict(FLIP, p=1.0), **options)
    plain = MODELS.build(dict(type='ClsDataPreprocessor', **options))
    given = images()
    given[0] //= 2
    results = []
    for model, inputs in ((prepare, given), (plain, given.flip(-1))):
        batch = batch_of(inputs)
        for sample in batch['data_samples']:
            sample.set_gt_score(torch.tensor([0.5, 0.25, 0.25]).roll(int(sample.gt_label)))
        np.random.seed(0)  # noqa: NPY002 (mixup draws from the global generator)
        torch.manual_seed(0)
        if model is plain:
            torch.randint(2**31, ())  # what the augmentations draw
        results.append(model(batch, True))
    ours, theirs = results
    assert torch.equal(ours['inputs'], theirs['inputs'])
    for one, other in zip(ours['data_samples'], theirs['data_samples'], strict=True):
        assert torch.equal(one.gt_score, other.gt_score)
        assert one.gt_score.sum() == pytest.approx(1)


def test_lists_of_images_become_a_batch() -> None:
    found = augmented(FLIP, inputs=list(images()))
    assert torch.equal(found, augmented(FLIP))


def test_autocast_moves_no_pixel() -> None:
    expected = augmented(AFFINE)
    with torch.autocast('cpu', torch.bfloat16):
        found = augmented(AFFINE)
    assert torch.equal(found, expected)


@pytest.mark.parametrize('field', ['landmarks', 'landmarks5', 'face_box', 'landmark_mask'])
def test_samples_with_places_are_refused(field: str) -> None:
    batch = batch_of(images(), **{field: torch.zeros(1), 'img_path': 'a.png'})
    for augment in (AFFINE, FLIP, dict(type='RandomElasticTransform', p=1.0)):
        with pytest.raises(ValueError, match=rf'{augment["type"]} in .* not {field} of "a.png"'):
            preprocessor(augment)(batch, True)
    batch = batch_of(images(), **{field: torch.zeros(1)})
    changed = preprocessor(dict(ERASE, p=1.0))(batch, True)['inputs']
    assert not torch.equal(changed, images().float())


def test_motion_is_refused() -> None:
    with pytest.raises(ValueError, match=r'type uint8, but these are torch\.float32'):
        preprocessor(FLIP)(batch_of(images().float()), True)


def test_only_a_training_needs_kornia(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'kornia.augmentation', None)
    prepare = preprocessor(FLIP)
    assert torch.equal(prepare(batch_of(images()), False)['inputs'], images().float())
    with pytest.raises(ModuleNotFoundError, match='pip install kornia'):
        prepare(batch_of(images()), True)


def test_weights_and_copies_do_not_hold_the_augmentations() -> None:
    prepare = preprocessor(AFFINE, mean=[1.0] * 3, std=[1.0] * 3)
    prepare(batch_of(images()), True)
    assert list(prepare.state_dict()) == [] and list(prepare.children()) == []
    torch.manual_seed(0)
    first = prepare(batch_of(images()), True)['inputs']
    torch.manual_seed(0)
    assert torch.equal(copy.deepcopy(prepare)(batch_of(images()), True)['inputs'], first)
