"""Folders with the files that operating systems, notebooks and people leave in them."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.faces import IMAGE_SUFFIXES, read_image
from mmfer.faces.image_folder import LeftOut, list_images, list_subfolders


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def listed(root: Path, deep: bool = True) -> tuple[list[str], dict[str, list[str]]]:
    left_out = LeftOut()
    images = list_images(root, deep, left_out)
    kinds = {
        kind: sorted(path.relative_to(root).as_posix() for path in paths)
        for kind, paths in left_out.paths.items()
    }
    return [path.relative_to(root).as_posix() for path in images], kinds


@pytest.mark.parametrize('suffix', IMAGE_SUFFIXES)
def test_every_suffix_can_be_read(tmp_path: Path, suffix: str) -> None:
    """Phones, browsers and old data sets use .jfif, .pjpeg, .avif, .jp2, .tga, .pgm ..."""
    kind = {'.pjpeg': 'JPEG'}.get(suffix)
    image = Image.fromarray(np.full((8, 9, 3), 90, np.uint8))
    image.convert('L' if suffix == '.pgm' else 'RGB').save(tmp_path / f'a{suffix.upper()}', kind)
    (path,) = list_images(tmp_path)
    assert read_image(path).shape == (8, 9, 3)


def test_hidden_and_system_files_are_no_samples(tmp_path: Path) -> None:
    hidden = ('._a.jpg', '.DS_Store', '.ipynb_checkpoints/a-checkpoint.jpg', 'b/.cache/a.jpg')
    system = ('__MACOSX/a.jpg', 'Thumbs.db', 'desktop.ini', 'b/@eaDir/a.jpg')
    touch(tmp_path, 'a.JPG', 'b/c/d.png', *hidden, *system)
    images, left_out = listed(tmp_path)
    assert images == ['a.JPG', 'b/c/d.png']
    assert left_out == {
        'hidden': ['.DS_Store', '._a.jpg', '.ipynb_checkpoints', 'b/.cache'],
        'of the operating system': ['Thumbs.db', '__MACOSX', 'b/@eaDir', 'desktop.ini'],
    }


def test_other_files_are_counted_by_kind(tmp_path: Path) -> None:
    touch(tmp_path, 'a.jpg', 'notes.txt', 'x.HEIC', 'y.heic', 'all.zip', 'README')
    images, left_out = listed(tmp_path)
    assert images == ['a.jpg']
    assert left_out == {
        'documents': ['notes.txt'],
        'ending in .heic': ['x.HEIC', 'y.heic'],
        'ending in .zip': ['all.zip'],
        'without a suffix': ['README'],
    }


def test_links_are_followed_but_never_upwards(tmp_path: Path) -> None:
    root = tmp_path / 'train'
    touch(root, 'anger/a.jpg', 'fear/a.jpg')
    touch(tmp_path, 'store/z.jpg')
    os.symlink(tmp_path / 'store', root / 'anger' / 'more')
    os.symlink(tmp_path / 'store/z.jpg', root / 'anger' / 'b.jpg')
    os.symlink('..', root / 'anger' / 'up')
    os.symlink('.', root / 'anger' / 'same')
    os.symlink(tmp_path / 'gone', root / 'anger' / 'gone.jpg')
    # A way round by two links.
    os.symlink(root / 'anger', tmp_path / 'store' / 'back')
    images, left_out = listed(root / 'anger')
    assert images == ['a.jpg', 'b.jpg', 'more/z.jpg']
    assert left_out == {
        'links to a folder above': ['more/back', 'same', 'up'],
        'links to nothing': ['gone.jpg'],
    }


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'x.jpg')
    touch(tmp_path, 'a.jpg')
    assert listed(tmp_path) == (['a.jpg'], {'no regular files': ['x.jpg']})


def test_one_folder_is_listed_without_its_subfolders(tmp_path: Path) -> None:
    touch(tmp_path, 'a.jpg', 'b/c.jpg', 'b/notes.txt')
    assert listed(tmp_path, deep=False) == (['a.jpg'], {})


def test_folders(tmp_path: Path) -> None:
    touch(tmp_path, 'b/x.jpg', 'a/x.jpg', '.git/x', '__MACOSX/x', 'file.jpg')
    os.symlink(tmp_path / 'a', tmp_path / 'link')
    left_out = LeftOut()
    assert [path.name for path in list_subfolders(tmp_path, left_out)] == ['a', 'b', 'link']
    assert len(left_out) == 2


def test_the_log_reports_left_out_files(tmp_path: Path, log: list[str]) -> None:
    touch(tmp_path, 'a.jpg')
    list_images(tmp_path)
    assert not log
    touch(tmp_path, 'x.heic', 'y.heic', 'z.txt')
    list_images(tmp_path)
    (message,) = log
    assert f'"{tmp_path}": 3 left out: 2 ending in .heic (x.heic, ...), 1 documents' in message


def test_accepted_files_are_not_reported_as_left_out(tmp_path: Path) -> None:
    touch(tmp_path, 'x.heic', 'y.heic')
    first, second = LeftOut(), LeftOut()
    list_images(tmp_path, True, first)
    list_images(tmp_path, True, second)
    first.add(second)
    assert len(first) == 2
    first.remove([tmp_path / 'x.heic', tmp_path / 'y.heic'])
    assert not first and not first.paths
