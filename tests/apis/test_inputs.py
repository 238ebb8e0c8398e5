from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.apis.inputs import Source, list_sources, single_source
from mmfer.faces import read_image
from tests.apis.model_files import ASTRONAUT


def test_lists_are_flattened_in_order(tmp_path: Path) -> None:
    for name in ('a.png', 'b.png'):
        Image.new('RGB', (4, 3)).save(tmp_path / name)
    grey = np.zeros((5, 6), np.uint8)
    inputs = [tmp_path, (grey, [np.zeros((2, 7, 8, 3), np.uint8)]), 'http://127.0.0.1:9/x.jpg']
    sources = list_sources(inputs)
    assert [source.name for source in sources] == [
        str(tmp_path / 'a.png'), str(tmp_path / 'b.png'), 'array 1', 'array 2[0]', 'array 2[1]',
        'http://127.0.0.1:9/x.jpg',
    ]  # fmt: skip
    shapes = [source.load().pixels.shape for source in sources[:5]]
    assert shapes == [(3, 4, 3)] * 2 + [(5, 6, 3)] + [(7, 8, 3)] * 2
    assert len(list_sources(source for source in [grey, grey])) == 2


def test_an_image_of_pillow_is_turned_as_a_viewer_shows_it(tmp_path: Path) -> None:
    photo = Image.fromarray(read_image(ASTRONAUT)[:100])
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(tmp_path / 'turned.png', exif=exif)
    expected = read_image(tmp_path / 'turned.png')
    assert expected.shape == (256, 100, 3)
    for item in (Image.open(tmp_path / 'turned.png'), (tmp_path / 'turned.png').read_bytes()):
        (source,) = list_sources(item)
        np.testing.assert_array_equal(source.load().pixels, expected)


def test_open_files_are_read(tmp_path: Path) -> None:
    expected = read_image(ASTRONAUT)
    with ASTRONAUT.open('rb') as file:
        for item in (file, BytesIO(ASTRONAUT.read_bytes())):
            (source,) = list_sources([item])
            np.testing.assert_array_equal(source.load().pixels, expected)
    with pytest.raises(ValueError, match='Input 0 has the type str'):
        list_sources(StringIO('text'))


def test_bad_inputs_are_reported_when_they_are_read() -> None:
    good, bad = list_sources([np.zeros((3, 3), np.uint8), 'nowhere/*.jpg'])
    assert good.load().pixels.shape == (3, 3, 3)
    with pytest.raises(FileNotFoundError, match='nowhere'):
        bad.load()


@pytest.mark.parametrize(
    ('inputs', 'error', 'message'),
    [
        ('nowhere.jpg', FileNotFoundError, 'No image at "nowhere.jpg"'),
        (['nowhere.jpg', ''], FileNotFoundError, 'No image at "nowhere.jpg"'),
        (7.5, ValueError, 'Input 0 has the type float. Give a path, a folder'),
        ({'a': 1}, ValueError, 'has the type dict'),
    ],
)
def test_inputs_of_which_none_is_an_image_are_refused(inputs, error, message: str) -> None:
    with pytest.raises(error, match=message):
        list_sources(inputs)


def test_damaged_images_in_memory_are_named(tmp_path: Path) -> None:
    cut = ASTRONAUT.read_bytes()[:2000]
    for item, message in ((cut, 'bytes 3 is damaged'), (b'', 'bytes 3 are empty')):
        with pytest.raises(ValueError, match=message):
            single_source(item, 3).load()
    (tmp_path / 'cut.jpg').write_bytes(cut)
    with pytest.raises(ValueError, match='image 2 cannot be converted: .*truncated'):
        single_source(Image.open(tmp_path / 'cut.jpg'), 2).load()


def test_a_stack_of_images_is_no_single_image() -> None:
    with pytest.raises(ValueError, match='Input 0 holds 2 images. Give them one by one'):
        single_source(np.zeros((2, 4, 4, 3), np.uint8)).load()
    source = Source('a', lambda: None)
    assert single_source(source) is source
