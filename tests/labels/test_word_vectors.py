from pathlib import Path

import numpy as np
import pytest

from mmfer.labels import RAFDB_CLASSES, LabelTree, WordVectors


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_the_shipped_table_has_all_class_names() -> None:
    vectors = WordVectors.load('glove_6b_50d')
    tree = LabelTree.load('fgemotions')
    assert vectors.of_tree(tree).shape == (39, 50)
    assert vectors.of_names(RAFDB_CLASSES).shape == (7, 50)


def test_a_coarse_class_is_the_mean_of_its_fine_ones(tmp_path: Path) -> None:
    path = write(tmp_path / 'v.txt', 'worry 1 2\npanic 3 6\nanger 5 5\n')
    tree = LabelTree.from_mapping({'fear': ['worry', 'panic'], 'anger': ['anger']})
    vectors = WordVectors.load(path).of_tree(tree)
    np.testing.assert_allclose(vectors, [[1, 2], [3, 6], [5, 5], [2, 4], [5, 5]])


def test_names_of_several_words_are_means(tmp_path: Path) -> None:
    path = write(tmp_path / 'v.txt', '3 2\nvery 1 0\nsad 0 1\nrest 9 9\n')
    vectors = WordVectors.load(path, words=['very', 'sad'])
    np.testing.assert_allclose(vectors.of_names(['Very_sad', 'sad']), [[0.5, 0.5], [0, 1]])
    assert 'rest' not in vectors.table


def test_damaged_files_are_located(tmp_path: Path) -> None:
    (tmp_path / 'v.txt').write_bytes(b'calm 1 2\nangr\xff 1 2\n')
    with pytest.raises(ValueError, match=r'v\.txt, line 2 is not text in UTF-8') as caught:
        WordVectors.load(tmp_path / 'v.txt')
    assert not isinstance(caught.value, UnicodeError)
    for value in ('nan', 'inf'):
        path = write(tmp_path / 'w.txt', f'calm 1 2\nangry 1 {value}\n')
        with pytest.raises(ValueError, match=r'w\.txt, line 2: .*"angry" is not finite'):
            WordVectors.load(path)


def test_unknown_words_and_faulty_files_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / 'v.txt', 'sad 0 1\n')
    with pytest.raises(ValueError, match='The word "glad" has no vector'):
        WordVectors.load(path)['glad']
    with pytest.raises(ValueError, match='line 2: 1 values, but the first row has 2'):
        WordVectors.load(write(path, 'sad 0 1\nglad 1\n'))
    with pytest.raises(ValueError, match='line 1'):
        WordVectors.load(write(path, 'sad 0 x\n'))
    with pytest.raises(FileNotFoundError, match='glove_6b_50d'):
        WordVectors.load('nothing')


def test_a_line_without_end_stops(tmp_path: Path) -> None:
    (tmp_path / 'a.txt').write_bytes(b'joy 1 2\n' + b'1 ' * (1 << 20))
    with pytest.raises(ValueError, match=r'a\.txt, line 2 has more than 1048576 characters'):
        WordVectors.load(tmp_path / 'a.txt')
