import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets import BrokenImageError, LoadExpressionImage
from mmfer.datasets.files.recordio import RecordImage
from mmfer.datasets.files.tar_shards import ShardImage, read_shard
from mmfer.datasets.transforms import Cached
from mmfer.faces import image_decoder, read_image
from tests.apis.model_files import ASTRONAUT
from tests.datasets.disk import write_image
from tests.datasets.official import image_record, write_records


def load(path: Path) -> np.ndarray:
    results = LoadExpressionImage()({'img_path': str(path)})
    assert results['img_shape'] == results['ori_shape'] == results['img'].shape[:2]
    return results['img']


def test_the_exif_rotation_is_applied(tmp_path: Path) -> None:
    image = Image.open(write_image(tmp_path / 'a.png', size=(20, 16)))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    image.save(tmp_path / 'b.png', exif=exif)
    assert np.array_equal(load(tmp_path / 'b.png'), np.rot90(load(tmp_path / 'a.png'), -1))


@pytest.mark.parametrize('mode', ['L', 'LA', 'P', 'RGB', 'RGBA', 'I;16', '1'])
def test_every_image_type_gets_three_channels(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (5, 4)).save(tmp_path / 'a.png')
    assert load(tmp_path / 'a.png').shape == (4, 5, 3)
    assert load(tmp_path / 'a.png').dtype == np.uint8


def test_a_truncated_file_is_an_error(tmp_path: Path) -> None:
    path = write_image(tmp_path / 'a.jpg', size=(64, 64))
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(BrokenImageError, match=r'a\.jpg'):
        load(path)


def test_coordinates_are_shrunk_with_a_large_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A white square of 8 x 8 pixels, whose corner and center are known.
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[8:16, 24:32] = 255
    Image.fromarray(pixels).save(tmp_path / 'a.jpg', quality=100, subsampling=0)
    sample = {
        'img_path': str(tmp_path / 'a.jpg'),
        'face_box': np.array([24, 8, 32, 16]),
        'landmarks': np.array([[27.5, 11.5]]),
    }
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 32 * 64 - 1)
    results = LoadExpressionImage()(sample)
    assert results['img_shape'] == (16, 32)
    np.testing.assert_allclose(results['face_box'], [12, 4, 16, 8])
    np.testing.assert_allclose(results['landmarks'], [[13.5, 5.5]])
    bright = np.argwhere(results['img'][..., 0] > 128)
    np.testing.assert_allclose(bright.mean(0)[::-1], results['landmarks'][0])
    assert sample['face_box'].tolist() == [24, 8, 32, 16]


TURNED_BACK = {6: 8, 8: 6}
"""The other rotations of EXIF are their own inverse."""
SPOTS = np.array([[90.0, 70], [181, 83], [127, 151]])


def save_turned(path: Path, view: np.ndarray, orientation: int, **options: object) -> Path:
    """Write a JPEG that a viewer shows as ``view``."""
    stored = image_decoder._turned(view, TURNED_BACK.get(orientation, orientation))
    exif = Image.Exif()
    exif[image_decoder.ORIENTATION] = orientation
    Image.fromarray(stored).save(path, quality=98, subsampling=0, exif=exif, **options)
    return path


def with_spot(view: np.ndarray, place: np.ndarray) -> np.ndarray:
    rows, columns = np.mgrid[: view.shape[0], : view.shape[1]]
    distance = (rows - place[1]) ** 2 + (columns - place[0]) ** 2
    return (view - 120 * np.exp(-distance / 450)[..., None]).round().astype(np.uint8)


def center(difference: np.ndarray) -> np.ndarray:
    weights = np.abs(difference.astype(float)).sum(2)
    weights[weights < 0.1 * weights.max()] = 0
    rows, columns = np.indices(weights.shape)
    return np.array([(columns * weights).sum(), (rows * weights).sum()]) / weights.sum()


@pytest.mark.parametrize('size', [(256, 240), (253, 235), (251, 237), (254, 241)])
@pytest.mark.parametrize('orientation', range(1, 9))
def test_the_points_of_a_face_stay_on_it_at_every_size(
    tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    width, height = size
    view = 128 + read_image(ASTRONAUT)[:height, :width] // 2
    save_turned(tmp_path / 'bare.jpg', view, orientation)
    for place in SPOTS:
        save_turned(tmp_path / 'spot.jpg', with_spot(view, place), orientation)
        box = np.array([place[0] - 49.5, place[1] - 79.5, place[0] + 50.5, place[1] + 80.5])
        sample = {'landmarks': place[None], 'landmarks5': place[None], 'face_box': box}
        for min_side, factor in ((100, 1), (50, 2), (25, 4), (12, 8)):
            load = LoadExpressionImage(min_side=min_side)
            bare, spot = (
                load({'img_path': str(tmp_path / f'{name}.jpg'), **sample})
                for name in ('bare', 'spot')
            )
            assert spot['img_shape'] == (-(-height // factor), -(-width // factor))
            found = center(spot['img'].astype(int) - bare['img'])
            for field in ('landmarks', 'landmarks5'):
                assert factor == 1 or spot[field].dtype == np.float32
                np.testing.assert_allclose(spot[field][0], found, atol=0.1)
            corners = spot['face_box'].reshape(2, 2)
            np.testing.assert_allclose(corners.mean(0) - 0.5, found, atol=0.1)
            np.testing.assert_allclose(np.ptp(corners, axis=0), [100 / factor, 160 / factor])


@pytest.mark.parametrize(
    ('sample', 'factor'),
    [
        ({}, 4),
        ({'face_box': np.array([10.0, 10, 180, 110])}, 2),
        ({'face_box': np.array([10.0, 10, 60, 110])}, 1),
        ({'landmarks': np.array([[10.0, 10], [100, 30], [20, 98]])}, 1),
        ({'landmarks5': np.array([[10.0, 10], [190, 30], [20, 110]])}, 2),
        ({'face_box': np.array([0.0, 0, 900, 900])}, 8),
    ],
)
def test_the_face_keeps_its_pixels(tmp_path: Path, sample: dict, factor: int) -> None:
    view = read_image(ASTRONAUT)[:203, :253]
    for options in ({}, {'progressive': True}):
        path = save_turned(tmp_path / 'a.jpg', view, 1, **options)
        read = LoadExpressionImage(min_side=50)({'img_path': str(path), **sample})
        assert read['img_shape'] == (-(-203 // factor), -(-253 // factor))


@pytest.mark.parametrize('suffix', ['png', 'webp', 'bmp'])
def test_other_formats_are_read_whole(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(read_image(ASTRONAUT)).save(tmp_path / f'a.{suffix}')
    results = LoadExpressionImage(min_side=8)({'img_path': str(tmp_path / f'a.{suffix}')})
    assert results['img_shape'] == read_image(ASTRONAUT).shape[:2]


def test_a_jpeg_smaller_than_the_factor_is_read(tmp_path: Path) -> None:
    for side in range(1, 12):
        Image.new('RGB', (side, 30)).save(tmp_path / 'a.jpg')
        sample = {'img_path': str(tmp_path / 'a.jpg'), 'face_box': np.array([0, 0, 90, 90])}
        factor = max(k for k in (1, 2, 4, 8) if k <= side)
        found = LoadExpressionImage(min_side=1)(sample)['img_shape']
        assert found == (-(-30 // factor), -(-side // factor))


def test_a_cache_keeps_the_smaller_image(tmp_path: Path) -> None:
    path = save_turned(tmp_path / 'a.jpg', read_image(ASTRONAUT)[:160, :240], 1)
    sample = {'img_path': str(path), 'landmarks': np.array([[8.0, 8], [100, 100]])}
    for folder in (None, str(tmp_path / 'cache')):
        for min_side, side in ((40, 2), (20, 4)):
            load = dict(type='LoadExpressionImage', min_side=min_side)
            cached = Cached([load], folder)
            for results in (cached(dict(sample)), cached(dict(sample))):
                assert results['img_shape'] == (160 // side, 240 // side)
                middle = (side - 1) / 2
                np.testing.assert_allclose(
                    results['landmarks'], (sample['landmarks'] - middle) / side
                )


def test_images_in_packs_are_shrunk_with_their_boxes(tmp_path: Path) -> None:
    path = save_turned(tmp_path / 'a.jpg', read_image(ASTRONAUT)[:160, :240], 1)
    write_records(tmp_path, [image_record(0.0, 0, path.read_bytes())])
    (tmp_path / 'a.cls').write_text('0')
    with tarfile.open(tmp_path / 'a.tar', 'w') as archive:
        for name in ('a.jpg', 'a.cls'):
            archive.add(tmp_path / name, name)
    (found,) = read_shard(tmp_path / 'a.tar')
    expected = LoadExpressionImage(min_side=40)({'img_path': str(path)})['img']
    for packed in (
        RecordImage(str(tmp_path / 'train.rec'), 0),
        ShardImage(str(tmp_path / 'a.tar'), found.offset, found.size),
    ):
        sample = {'img_path': 'a', 'packed_image': packed, 'face_box': np.array([40, 40, 120, 140])}
        results = LoadExpressionImage(min_side=40)(sample)
        np.testing.assert_array_equal(
            results['img'], LoadExpressionImage(min_side=80)({'img_path': str(path)})['img']
        )
        np.testing.assert_allclose(results['face_box'], [20, 20, 60, 70])
        np.testing.assert_array_equal(
            LoadExpressionImage(min_side=40)({'img_path': 'a', 'packed_image': packed})['img'],
            expected,
        )


def test_a_very_large_image_in_a_pack_moves_its_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_turned(tmp_path / 'a.jpg', read_image(ASTRONAUT)[:160, :240], 1)
    write_records(tmp_path, [image_record(0.0, 0, path.read_bytes())])
    packed = RecordImage(str(tmp_path / 'train.rec'), 0)
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 160 * 240 - 1)
    sample = {'img_path': 'a', 'packed_image': packed, 'face_box': np.array([40, 40, 120, 140])}
    results = LoadExpressionImage()(sample)
    assert results['img_shape'] == (80, 120)
    np.testing.assert_allclose(results['face_box'], [20, 20, 60, 70])


@pytest.mark.parametrize('side', [0, -1, 112.0, float('nan'), '112', True])
def test_a_side_must_be_a_whole_number(side: Any) -> None:
    with pytest.raises(ValueError, match=rf'min_side={side!r}\): give a whole number of pixels'):
        LoadExpressionImage(min_side=side)
