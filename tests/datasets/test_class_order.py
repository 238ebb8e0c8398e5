import numpy as np
import pytest

from mmfer.datasets.class_order import map_class_order


def test_scores_are_brought_into_the_order_of_the_data_set() -> None:
    order = map_class_order(['a', 'b', 'c'], ['c', 'a', 'b'])
    scores = np.array([[0.1, 0.2, 0.7]])
    assert scores[:, order].tolist() == [[0.7, 0.1, 0.2]]
    assert map_class_order(['a', 'b'], ['a', 'b']) == [0, 1]


def test_other_names_stop() -> None:
    with pytest.raises(ValueError, match='Only in the checkpoint: b; only in the data set: c'):
        map_class_order(['a', 'b'], ['a', 'c'])


def test_a_name_that_stands_twice_stops() -> None:
    with pytest.raises(ValueError, match='classes of the data set name more than once: a'):
        map_class_order(['a', 'b'], ['a', 'a'])
