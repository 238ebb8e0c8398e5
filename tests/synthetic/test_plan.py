from collections import Counter

import numpy as np
import pytest

from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.presets import NOISE_KINDS, Options
from mmfer.synthetic.plan import (
    Sample,
    image_generator,
    noisy_labels,
    person_of,
    plan,
    split_sizes,
)

FG, RAF = build_layout('fgemotions'), build_layout('rafdb')


def test_splits_are_balanced_and_disjoint_in_identities():
    samples = plan(FG, Options.build('small'))
    assert {k: len(v) for k, v in samples.items()} == {'train': 1584, 'test': 396}
    for split in samples.values():
        assert len(set(Counter(s.label for s in split).values())) == 1
        assert [s.index for s in split] == list(range(len(split)))
    identities = {k: {s.identity for s in v} for k, v in samples.items()}
    assert not identities['train'] & identities['test']
    assert len(identities['train']) == 1584 / 8


def test_balanced_classes_of_an_unbalanced_layout():
    options = Options.build('photographs', images=800, size=48)
    for samples in plan(build_layout('ferplus'), options).values():
        counts = Counter(sample.label for sample in samples)
        assert len(counts) == 8
        assert max(counts.values()) - min(counts.values()) <= 1


def test_an_identity_shows_several_classes():
    for layout, least in ((FG, 6), (RAF, 3)):
        samples = plan(layout, Options.build('small'))['train']
        of_one = [{s.label for s in samples[i : i + 8]} for i in range(0, len(samples), 8)]
        assert np.mean([len(labels) for labels in of_one]) >= least


def test_people_of_both_splits_differ():
    assert person_of(FG, 0, 'train-0001') == person_of(FG, 0, 'train-0001')
    assert person_of(FG, 0, 'train-0001') != person_of(FG, 0, 'test-0001')
    assert person_of(FG, 0, 'train-0001') != person_of(FG, 0, 'train-0002')
    assert person_of(FG, 0, 'train-0001') != person_of(FG, 1, 'train-0001')


def test_random_numbers_of_an_image_depend_only_on_seed_split_and_index():
    def draw(seed, split, index, label=0):
        return image_generator(seed, Sample(split, index, label, label, 'train-0000')).random()

    assert draw(0, 'train', 5) == draw(0, 'train', 5, label=3)
    assert len({draw(0, 'train', 5), draw(0, 'test', 5), draw(1, 'train', 5)}) == 3
    assert draw(0, 'train', 5) != draw(0, 'train', 6)


@pytest.mark.parametrize('kind', NOISE_KINDS)
def test_label_noise_moves_the_requested_share_to_the_allowed_classes(kind):
    clean = plan(FG, Options.build('standard', seed=2))
    noisy = plan(FG, Options.build('standard', seed=2, label_noise=0.1, noise_kind=kind))
    assert noisy['test'] == clean['test']
    moved = [s for s in noisy['train'] if s.label != s.clean_label]
    assert len(moved) == 800
    same = [FG.parents[s.label] == FG.parents[s.clean_label] for s in moved]
    expected = {'other-coarse': 0, 'same-coarse': 1}.get(kind)
    if expected is None:
        assert 0 < np.mean(same) < 0.5
    else:
        assert set(same) == {bool(expected)}
    for before, after in zip(clean['train'], noisy['train'], strict=True):
        assert (before.label, before.identity) == (after.clean_label, after.identity)


def test_noise_is_uniform_over_the_allowed_classes():
    labels = [0] * 30_000
    moved = noisy_labels(
        labels, [0, 0, 1, 1, 2], 1 - 1e-6, 'other-coarse', np.random.default_rng(0)
    )
    counts = Counter(moved)
    assert set(counts) == {2, 3, 4}
    assert min(counts.values()) > 9_500


def test_noise_within_coarse_classes_of_one_class_is_refused():
    with pytest.raises(ValueError, match='only 0 images have such a class'):
        plan(RAF, Options.build('small', label_noise=0.1, noise_kind='same-coarse'))


def test_too_few_images():
    with pytest.raises(ValueError, match='fewer than the 33 classes.*at least 165 images'):
        plan(FG, Options.build('small', images=100))


@pytest.mark.parametrize(
    ('splits', 'images', 'sizes'),
    [
        (('train', 'test'), 99, (66, 33)),
        (('train', 'val', 'test'), 99, (66, 16, 17)),
        (('all',), 99, (99,)),
        (('train', 'val', 'test'), 11, (7, 2, 2)),
    ],
)
def test_split_sizes(splits, images, sizes):
    assert split_sizes(splits, images, 1 / 3) == dict(zip(splits, sizes, strict=True))


def test_people_match_the_layout():
    infant = person_of(build_layout('ifer'), 0, 'all-0001')
    assert infant.age < 0.03 and not infant.teeth
    assert person_of(RAF, 0, 'train-0001') == person_of(FG, 0, 'train-0001')


def test_layouts_without_label_noise_refuse_it():
    with pytest.raises(ValueError, match='ifer takes no label noise, but 0.1'):
        plan(build_layout('ifer'), Options.build('tiny', label_noise=0.1))
