from pathlib import Path
from unicodedata import normalize

import pytest

from mmfer.datasets.files.class_matching import (
    check_class_names,
    check_unique_files,
    class_index,
    normal_form,
    without_repeats,
)


def test_case_spaces_and_hyphens_are_ignored() -> None:
    assert normal_form(' Very-Happy face') == 'very_happy_face'
    assert class_index('VERY happy', ['sad', 'very_happy'], 'here') == 1


@pytest.mark.parametrize('name', ['Ärger', 'ängstlich', 'が'])
def test_composed_and_decomposed_characters_are_the_same(name: str) -> None:
    assert class_index(normalize('NFD', name), ['calm', name], 'here') == 1
    assert class_index(name, ['calm', normalize('NFD', name).upper()], 'here') == 1
    with pytest.raises(ValueError, match='are the same name'):
        check_class_names([name, normalize('NFD', name)], 'Reader')


def test_an_unknown_name_is_located_with_suggestions() -> None:
    with pytest.raises(ValueError, match=r'row 7: "hapy".*Did you mean happy\?'):
        class_index('hapy', ['sad', 'happy'], 'row 7')
    with pytest.raises(
        ValueError, match=r'is not a class of this data set\. The classes are: sad, happy'
    ):
        class_index('xyzzy', ['sad', 'happy'], 'row 7')


def test_files_with_one_stem_in_one_folder_are_twins() -> None:
    files = [('d/a.jpg', ''), ('d/A.PNG', ''), ('d/b.jpg', ''), ('e/a.jpg', ''), ('d/a.b.jpg', '')]
    assert check_unique_files(files) == ['d/A.PNG and d/a.jpg']


def test_a_file_given_twice_is_an_error_with_both_rows() -> None:
    with pytest.raises(ValueError, match=r'"d/a.jpg" is listed twice: line 2 and line 9'):
        check_unique_files([('d/a.jpg', 'line 2'), ('d/a.jpg', 'line 9')])


def test_one_file_with_two_paths_is_an_error(tmp_path: Path) -> None:
    (tmp_path / 'd').mkdir()
    (tmp_path / 'd/a.jpg').touch()
    (tmp_path / 'd/b.jpg').symlink_to('a.jpg')
    (tmp_path / 'e').symlink_to('d')
    first = f'{tmp_path}/d/a.jpg'
    for other in ('d/../d/a.jpg', 'd/b.jpg', 'e/a.jpg', 'e/b.jpg'):
        with pytest.raises(ValueError, match=r'a\.jpg" and ".*\.jpg" are listed twice: 1 and 2'):
            check_unique_files([(first, '1'), (f'{tmp_path}/{other}', '2')])
    assert check_unique_files([(first, '1'), (f'{tmp_path}/f/a.jpg', '2')]) == []


def test_rows_that_repeat_a_row_are_removed_and_others_kept(tmp_path: Path) -> None:
    (tmp_path / 'a.jpg').touch()
    (tmp_path / 'b.jpg').symlink_to('a.jpg')
    paths = (f'{tmp_path}/a.jpg', f'{tmp_path}/../{tmp_path.name}/a.jpg', f'{tmp_path}/b.jpg')
    rows = [{'img_path': p, 'where': str(i), 'gt_label': 3} for i, p in enumerate(paths)]
    other = {'img_path': paths[1], 'where': '9', 'gt_label': 4}
    kept, repeats = without_repeats([*rows, other])
    assert kept == [rows[0], other]
    assert repeats == [f'{paths[1]} (0 and 1)', f'{paths[2]} (0 and 2)']


@pytest.mark.parametrize('classes', ['calm,sad', [], ['sad', 'sad'], ['a b', 'A-b']])
def test_class_names_must_be_several_and_different(classes: list[str]) -> None:
    check_class_names(['calm', 'sad'], 'Faces')
    with pytest.raises(ValueError, match=r'^Faces'):
        check_class_names(classes, 'Faces')


def test_the_root_folder_as_an_image_is_no_error_here() -> None:
    assert check_unique_files([('/', 'row 1'), ('/a.png', 'row 2')]) == []
