import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmfer.labels import LabelTree

TREE = {'fear': ['worry', 'panic'], 'anger': ['anger']}


def test_the_shipped_tree_equals_the_paper() -> None:
    tree = LabelTree.load('fgemotions')
    assert (len(tree.fine), len(tree.coarse), len(tree.nodes)) == (33, 6, 39)
    sizes = dict(zip(tree.coarse, np.bincount(tree.parents).tolist(), strict=True))
    assert sizes == {
        'fear': 5,
        'sadness': 7,
        'anger': 9,
        'surprise': 3,
        'happiness': 7,
        'love': 2,
    }


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / 'tree.json'
    path.write_text(json.dumps(TREE))
    tree = LabelTree.load(path)
    assert tree.fine == ('worry', 'panic', 'anger')
    assert tree.parents == (0, 0, 1)
    assert len(set(tree.nodes)) == 5  # "anger" is a fine and a coarse class


def test_distances_are_zero_one_or_sigma() -> None:
    tree = LabelTree.from_mapping(TREE)
    expected = np.full((5, 5), 2)
    np.fill_diagonal(expected, 0)
    for a, b in ((0, 3), (1, 3), (2, 4)):
        expected[a, b] = expected[b, a] = 1
    assert np.array_equal(tree.distance_index, expected)


@pytest.mark.parametrize(
    ('mapping', 'message'),
    [
        ({'a': ['x'], 'b': ['x']}, 'more than once: x'),
        ({'a': []}, 'non-empty list'),
        ({}, 'must map'),
        (['a'], 'must map'),
        ({'a': [1]}, 'must map'),
    ],
)
def test_faulty_trees_are_refused(mapping: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LabelTree.from_mapping(mapping)


def test_faulty_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='shipped tree: .*fgemotions'):
        LabelTree.load('nothing')
    (tmp_path / 'a.json').write_text('{')
    with pytest.raises(ValueError, match='is not JSON'):
        LabelTree.load(tmp_path / 'a.json')


def test_differing_classes_are_reported() -> None:
    tree = LabelTree.from_mapping(TREE)
    tree.check_classes(['worry', 'panic', 'anger'], 'mine')
    with pytest.raises(ValueError, match='not in the tree: joy; missing: panic'):
        tree.check_classes(['worry', 'joy', 'anger'], 'mine')
    with pytest.raises(ValueError, match='same names, another order'):
        tree.check_classes(['panic', 'worry', 'anger'], 'mine')


def test_a_tree_that_is_no_tree_of_expressions_stops_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='has 200001 classes, more than 4096'):
        LabelTree.from_mapping({'a': [f'b{i}' for i in range(200_000)]})
    (tmp_path / 'deep.json').write_text('{"a":' * 200_000 + '1' + '}' * 200_000)
    with pytest.raises(ValueError, match='nested too deeply'):
        LabelTree.load(tmp_path / 'deep.json')
