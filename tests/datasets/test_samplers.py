from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from mmengine.dataset import ConcatDataset

from mmfer.datasets import CelebA, ClassBalancedSampler, ExpressionFolder, samplers
from mmfer.registry import DATA_SAMPLERS
from tests.datasets.disk import write_image
from tests.datasets.official import write_celeba

COUNTS = {'rare': 2, 'some': 10, 'many': 48}


@pytest.fixture(scope='module')
def unbalanced(tmp_path_factory: pytest.TempPathFactory) -> ExpressionFolder:
    root = tmp_path_factory.mktemp('unbalanced')
    for name, count in COUNTS.items():
        for i in range(count):
            write_image(root / 'train' / name / f'{i}.png')
    return ExpressionFolder(str(root), classes=list(COUNTS))


def test_every_class_is_drawn_equally_often(unbalanced: ExpressionFolder) -> None:
    sampler = ClassBalancedSampler(unbalanced, seed=0)
    labels = unbalanced.get_gt_labels()
    drawn = []
    for epoch in range(100):
        sampler.set_epoch(epoch)
        drawn += list(sampler)
    counts = Counter(labels[drawn].tolist())
    # 6,000 draws of three classes: 2,000 each, standard deviation 37.
    assert all(abs(counts[label] - 2000) < 200 for label in range(3))
    assert len(sampler) == 60 and len(drawn) == 6000
    assert set(drawn) == set(range(60))


def test_draws_depend_only_on_seed_and_epoch(unbalanced: ExpressionFolder) -> None:
    first, second = (ClassBalancedSampler(unbalanced, seed=3) for _ in range(2))
    assert list(first) == list(first) == list(second)
    second.set_epoch(1)
    assert list(first) != list(second)
    assert list(first) != list(ClassBalancedSampler(unbalanced, seed=4))


def test_ranks_share_the_draws(
    unbalanced: ExpressionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = list(ClassBalancedSampler(unbalanced, seed=0))
    ranks = []
    for rank in range(2):
        monkeypatch.setattr('mmengine.dataset.sampler.get_dist_info', lambda rank=rank: (rank, 2))
        ranks.append(list(ClassBalancedSampler(unbalanced, seed=0)))
    assert list(chain(*zip(*ranks, strict=True))) == alone


def test_attributes_cannot_be_balanced(tmp_path: Path) -> None:
    write_celeba(tmp_path)
    with pytest.raises(ValueError, match=r'sample 0 of CelebA has no gt_label.*DefaultSampler'):
        ClassBalancedSampler(CelebA(str(tmp_path)))


def test_wrappers_and_configs_work(unbalanced: ExpressionFolder) -> None:
    both = ConcatDataset([unbalanced, unbalanced])
    config = {'type': 'ClassBalancedSampler', 'dataset': both, 'seed': 0}
    sampler = DATA_SAMPLERS.build(config)
    assert isinstance(sampler, samplers.ClassBalancedSampler) and len(list(sampler)) == 120
