from pathlib import Path

import pytest

from mmfer.datasets.readers.celeba_lists import find_table, read_table


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ('suffix', 'text'),
    [
        ('txt', '2\nA B \na.jpg -1  1\nb.jpg  1 -1\n'),
        ('txt', 'a.jpg -1 1\r\n\nb.jpg 1 -1'),
        ('csv', 'image_id,A,B\na.jpg,-1,1\nb.jpg,1,-1\n'),
    ],
)
def test_a_list_is_read(tmp_path: Path, suffix: str, text: str) -> None:
    table = read_table(write(tmp_path / f'list.{suffix}', text), ('A', 'B'))
    assert table.names == ['a.jpg', 'b.jpg']
    assert table.values.tolist() == [[-1, 1], [1, -1]]


@pytest.mark.parametrize(
    ('suffix', 'text', 'message'),
    [
        ('txt', '1\nA C\na.jpg 1 1\n', 'other columns than the official list: B, C'),
        ('txt', '1\nB A\na.jpg 1 1\n', 'in another order'),
        ('txt', '1\nA\na.jpg 1\n', 'other columns than the official list: B'),
        ('csv', 'image_id,A\na.jpg,1\n', 'other columns than the official list: B'),
        ('txt', '2\nA B\na.jpg 1 1\nb.jpg 1\n', 'line 4: 1 numbers instead of 2'),
        ('txt', '1\nA B\na.jpg 1 x\n', "line 3: .*'x'"),
        ('csv', 'image_id,A,B\n\na.jpg,1\n', 'line 3: 1 numbers instead of 2'),
        ('txt', '1\nA;B\na.jpg;1;1\n', 'line 2: ";" separates .* by a space'),
        ('txt', '1\nA B\na.jpg,1,1\n', 'line 3: "," separates .* by a space'),
        ('txt', '3\nA B\na.jpg 1 1\n', 'has 1 rows, but its first line says 3'),
        ('txt', '2\nA B\na.jpg 1 1\na.jpg 1 1\n', 'lists a.jpg twice'),
        ('txt', 'many\nA B\na.jpg 1 1\n', 'line 1: "many" is not the number of rows'),
        ('txt', '9' * 5000 + '\nA B\na.jpg 1 1\n', 'line 1: "9{20}" is not the number of rows'),
    ],
)
def test_faulty_lists_are_located(tmp_path: Path, suffix: str, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_table(write(tmp_path / f'list.{suffix}', text), ('A', 'B'))


def test_a_list_is_found_in_the_folders_of_the_archive(tmp_path: Path) -> None:
    assert find_table(tmp_path, 'list') is None
    (tmp_path / 'Eval').mkdir()
    in_eval = write(tmp_path / 'Eval' / 'list.txt', '')
    assert find_table(tmp_path, 'list') == in_eval
    above = write(tmp_path / 'list.csv', '')
    assert find_table(tmp_path, 'list') == above


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        (b'b.jpg 1 999999999999999999999999', 'line 4: .*integers'),
        (b'b\xff.jpg 1 1', 'line 4 is not text in UTF-8'),
        (b'b.jpg 1 1\0', 'line 4: the line contains zero bytes'),
    ],
)
def test_damaged_bytes_are_located(tmp_path: Path, row: bytes, message: str) -> None:
    (tmp_path / 'list.txt').write_bytes(b'2\nA B\na.jpg 1 1\n' + row + b'\n')
    with pytest.raises(ValueError, match=rf'list\.txt, {message}') as caught:
        read_table(tmp_path / 'list.txt', ('A', 'B'))
    assert not isinstance(caught.value, UnicodeError)
