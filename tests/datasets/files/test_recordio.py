import io
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets.files import recordio
from mmfer.datasets.files.recordio import (
    RecordImage,
    read_image_records,
    read_index,
    read_record,
    split_header,
)
from mmfer.faces import image_decoder
from tests.datasets.official import (
    MAGIC,
    frame,
    image_record,
    jpeg,
    write_pack,
    write_records,
)


@pytest.mark.parametrize('size', range(9))
def test_records_of_any_length_are_read(tmp_path: Path, size: int) -> None:
    data = [bytes([k]) * (size + k) for k in range(3)]
    path = write_records(tmp_path, data)
    _, offsets = read_index(path.with_suffix('.idx'))
    assert [read_record(path, int(offset)) for offset in offsets] == data


@pytest.mark.parametrize('pieces', [[b'', b''], [b'abcd', b'efg'], [b'abcd', b'', b'ijkl', b'm']])
def test_data_with_the_magic_number_are_joined_from_pieces(tmp_path: Path, pieces: list) -> None:
    data = struct.pack('<I', MAGIC).join(pieces)
    path = write_records(tmp_path, [data, b'next'])
    assert path.read_bytes().count(struct.pack('<I', MAGIC)) == len(pieces) + 1
    assert read_record(path, 0) == data
    assert read_record(path, len(frame(data))) == b'next'


def test_the_header_holds_one_label_or_several() -> None:
    labels, image = split_header(image_record(3.0, 8, b'abc'), 'train.rec', 0)
    assert labels.tolist() == [3] and image == b'abc'
    labels, image = split_header(image_record([4.0, 1.5], 8, b'abc'), 'train.rec', 0)
    assert labels.tolist() == [4, 1.5] and image == b'abc'


def test_images_are_found_between_header_and_identities(tmp_path: Path) -> None:
    path = write_pack(tmp_path, (7, 7, 9))
    numbers, offsets, identities = read_image_records(path)
    assert numbers.tolist() == [1, 2, 3]
    assert identities.tolist() == [7, 7, 9]
    for i, offset in enumerate(offsets.tolist()):
        image = pickle.loads(pickle.dumps(RecordImage(str(path), offset))).load()
        with Image.open(io.BytesIO(jpeg(i, 12 + i))) as decoded:
            assert (image == np.array(decoded)[..., ::-1]).all()


def test_a_pack_without_a_header_holds_only_images(tmp_path: Path) -> None:
    records = [image_record(float(i), i, jpeg(i)) for i in (5, 6)]
    numbers, _, identities = read_image_records(write_records(tmp_path, records))
    assert numbers.tolist() == [0, 1] and identities.tolist() == [5, 6]
    # Numbers need not begin at 0, and an image may have several labels.
    records = [image_record([float(i), 0.5], i, jpeg(i)) for i in (5, 6)]
    numbers, _, identities = read_image_records(write_records(tmp_path, records, [3, 8]))
    assert numbers.tolist() == [3, 8] and identities.tolist() == [5, 6]


@pytest.mark.parametrize('lost', [1, 40, 400, 2000])
def test_a_truncated_file_is_an_error(tmp_path: Path, lost: int) -> None:
    records = [image_record(float(i), i, jpeg(i)) for i in range(8)]
    path = write_records(tmp_path, records)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(ValueError, match=r'train\.rec" \(\d+ bytes\) is truncated.*first at byte'):
        read_image_records(path)


def test_a_pack_with_a_truncated_header_is_an_error(tmp_path: Path) -> None:
    path = write_pack(tmp_path)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match='there is no complete record.*truncated'):
        read_image_records(path)


def test_an_index_of_another_file_is_an_error(tmp_path: Path) -> None:
    path = write_pack(tmp_path)
    index = path.with_suffix('.idx')
    text = index.read_text()
    index.write_text('\n'.join(text.splitlines()[:4]))
    with pytest.raises(ValueError, match='lists 3 images, but the first record of .* says 6'):
        read_image_records(path)
    lines = text.splitlines()
    number, offset = lines[2].split('\t')
    index.write_text('\n'.join([*lines[:2], f'{number}\t{int(offset) + 4}', *lines[3:]]))
    with pytest.raises(ValueError, match='does not belong to its .idx file: 1 of 6 records'):
        read_image_records(path)
    index.write_text('0\tzero\n')
    with pytest.raises(ValueError, match='is not an index of records'):
        read_image_records(path)
    index.unlink()
    with pytest.raises(FileNotFoundError, match=r'no file ".*train\.idx"'):
        read_image_records(path)


@pytest.mark.parametrize('size', [0, 3, 20, 28])
def test_a_record_too_short_for_its_labels_is_an_error(tmp_path: Path, size: int) -> None:
    head = image_record([3.0, 4.0], 0, b'')[:size]
    path = write_records(tmp_path, [head, image_record(5.0, 1, jpeg())])
    with pytest.raises(ValueError, match=rf'train\.rec, byte 0: a record of {size} bytes is too'):
        RecordImage(str(path), 0).load()
    if size > 3:
        with pytest.raises(ValueError, match='byte 0: .* too short'):
            read_image_records(path)


def test_a_damaged_image_is_located(tmp_path: Path) -> None:
    path = write_records(tmp_path, [image_record(0.0, 0, jpeg()[:200])])
    with pytest.raises(ValueError, match=r'train\.rec, byte 0: the image is damaged'):
        RecordImage(str(path), 0).load()
    with pytest.raises(ValueError, match='byte 4: there is no complete record'):
        RecordImage(str(path), 4).load()


@pytest.mark.parametrize('text', [b'0\t99999999999999999999999999\n', b'0\t\xb1\n', b'0\n'])
def test_a_damaged_index_is_named(tmp_path: Path, text: bytes) -> None:
    path = write_records(tmp_path, [image_record(0.0, 0, jpeg())])
    path.with_suffix('.idx').write_bytes(text)
    with pytest.raises(ValueError, match=r'train\.idx" is not an index of records'):
        read_image_records(path)


def test_a_bomb_is_refused_and_a_large_photograph_is_shrunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(jpeg(0, 16))
    place = data.index(b'\xff\xc0') + 5
    data[place : place + 4] = struct.pack('>HH', 50_000, 50_000)
    path = write_records(
        tmp_path, [image_record(0.0, 0, bytes(data)), image_record(0.0, 1, jpeg())]
    )
    _, offsets = read_index(path.with_suffix('.idx'))
    with pytest.raises(ValueError, match=r'train\.rec, byte 0: the image has 2500000000 pixels'):
        RecordImage(str(path), 0).load()
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 100)
    assert RecordImage(str(path), int(offsets[1])).load().shape == (6, 6, 3)


def test_a_record_has_a_maximum_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # In pieces that are small, but too many.
    path = write_records(tmp_path, [struct.pack('<I', MAGIC).join([b'abcd'] * 40)])
    assert len(read_record(path, 0)) == 40 * 4 + 39 * 4
    monkeypatch.setattr(recordio, 'MOST_BYTES', 150)
    with pytest.raises(ValueError, match='byte 0: the record has more than 150 bytes'):
        read_record(path, 0)


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'train.rec')
    with pytest.raises(ValueError, match=r'train\.rec" is a pipe'):
        read_record(tmp_path / 'train.rec', 0)
