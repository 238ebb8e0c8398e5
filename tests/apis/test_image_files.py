import json
from pathlib import Path

import pytest

from mmfer.apis.image_files import find_images, output_names
from mmfer.faces import image_folder


@pytest.fixture
def folder(tmp_path):
    for name in ('b/x.jpg', 'a/x.jpg', 'a/deep/y.PNG', 'a/notes.txt'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'')
    return tmp_path


def test_folders_are_searched_recursively_and_sorted(folder):
    images, left_out = find_images([folder])
    assert [p.relative_to(folder).as_posix() for p in images] == [
        'a/deep/y.PNG',
        'a/x.jpg',
        'b/x.jpg',
    ]
    assert left_out.paths == {'documents': [folder / 'a/notes.txt']}


def test_globs_and_paths_keep_their_order_without_repetition(folder):
    images, left_out = find_images([folder / 'b/x.jpg', f'{folder}/**/*.jpg', folder / 'b'])
    assert images == [folder / 'b/x.jpg', folder / 'a/x.jpg']
    assert not left_out


def test_a_named_file_is_accepted_with_any_suffix(folder):
    assert not find_images([folder, folder / 'a/notes.txt'])[1]
    assert find_images([folder / 'a/notes.txt'])[0] == [folder / 'a/notes.txt']


def test_a_path_with_glob_characters_is_a_path(folder):
    (folder / 'b/x.jpg').rename(folder / 'b/x[1].jpg')
    assert find_images([folder / 'b/x[1].jpg'])[0] == [folder / 'b/x[1].jpg']


def test_inputs_without_a_file_are_refused(folder):
    for given in ('missing.jpg', '*.jpg'):
        with pytest.raises(FileNotFoundError, match='No image at'):
            find_images([folder / 'a/x.jpg', folder / given])
    (folder / 'a/x.jpg').unlink()
    (folder / 'a/deep/y.PNG').unlink()
    with pytest.raises(FileNotFoundError, match='holds no image'):
        find_images([folder / 'a'])
    (folder / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match=r'empty" holds no image\. Images end in'):
        find_images([folder / 'empty'])


def test_output_names_are_unique(folder):
    paths = [
        folder / name
        for name in ('a/x.jpg', 'b/x.jpg', 'a/z.jpg', 'a/z.png', 'c/a/x.jpg', 'X.jpg', 'a_x.jpg')
    ]
    names = output_names(paths, '.jpg')
    assert len({name.lower() for name in names}) == len(paths)
    assert output_names(paths[:2], '.jpg') == ['a_x.jpg', 'b_x.jpg']
    assert output_names(paths[2:4], '.jpg') == ['z.jpg', 'z.png.jpg']
    assert output_names([folder / 'q.tif'], '.jpg') == ['q.jpg']
    assert output_names([], '.jpg') == []


def test_an_empty_input_is_not_the_current_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for given in ('', ' '):
        with pytest.raises(ValueError, match='An input is empty'):
            find_images([given])
    assert len(find_images(['.'])[0]) == 3


def test_one_file_by_several_paths_is_listed_once(folder):
    (folder / 'b/link.jpg').symlink_to(folder / 'a/x.jpg')
    other = folder / 'a/../a/x.jpg'
    images, left_out = find_images([folder / 'a/x.jpg', other, folder / 'b', folder / 'a/x.jpg'])
    assert images == [folder / 'a/x.jpg', folder / 'b/x.jpg']
    assert left_out.paths == {'listed before by another path': [other, folder / 'b/link.jpg']}


def test_annotated_copies_are_left_out_of_folders_and_globs(folder):
    (folder / 'a/out').mkdir()
    for name in ('x.jpg', 'y.jpg', 'own.jpg'):
        (folder / 'a/out' / name).touch()
    written = {'results': [], 'annotated': ['x.jpg', 'y.jpg']}
    (folder / 'a/out/results.json').write_text(json.dumps(written))
    for given in (folder, f'{folder}/**/*.*g'):
        images, left_out = find_images([given])
        assert [p.name for p in images if p.parent.name == 'out'] == ['own.jpg']
        copies = left_out.paths['annotated copies of earlier predictions']
        assert {p.name for p in copies} == {'x.jpg', 'y.jpg'}
    assert find_images([folder / 'a/out/x.jpg'])[0] == [folder / 'a/out/x.jpg']
    (folder / 'a/out/results.json').write_text('[1]')
    assert len(find_images([folder])[0]) == 6


def test_heic_that_cannot_be_read_is_named(folder, monkeypatch):
    monkeypatch.setattr(image_folder, 'IMAGE_SUFFIXES', ('.jpg',))
    (folder / 'b/photo.HEIC').touch()
    _, left_out = find_images([folder / 'b'])
    assert '1 ending in .heic (photo.HEIC); to read HEIC, install pillow-heif' in str(left_out)


def test_left_out_files_are_counted_by_kind(folder):
    for name in ('a/._x.jpg', 'a/.ipynb_checkpoints/x.jpg', '__MACOSX/x.jpg', 'b/x.heic'):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b'')
    images, left_out = find_images([folder, folder / 'a'])
    assert len(images) == 3 and len(left_out) == 5
    assert '2 hidden (' in str(left_out) and '1 ending in .heic (x.heic)' in str(left_out)


def test_two_dots_do_not_hide_an_output(folder, monkeypatch):
    monkeypatch.chdir(folder / 'a')
    names = output_names([folder / 'a/x.jpg', Path('../b/x.jpg'), Path('../b/../a/x.jpg')], '.jpg')
    assert len(set(names)) == 3 and not any(name.startswith('.') for name in names)
