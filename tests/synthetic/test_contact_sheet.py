from pathlib import Path

from PIL import Image

from mmfer.synthetic.contact_sheet import CAPTION, contact_sheet


def _save(root: Path, name: str, grey: int) -> Path:
    path = root / f'{name}.png'
    Image.new('RGB', (20, 20), (grey, grey, grey)).save(path)
    return path


def test_each_group_shows_its_own_images(tmp_path: Path):
    paths = [_save(tmp_path, str(i), 20 * i) for i in range(9)]
    examples = {f'{i}': [paths[i]] for i in range(7)}
    examples['0'] = [paths[0], paths[7], paths[8]]
    sheet = contact_sheet(examples, most=2, columns=7, thumbnail=32)
    cell = 2 * 32 + 6
    assert sheet.shape == (32 + CAPTION + 2, 7 * cell, 3)
    middle = sheet[CAPTION + 16]
    assert [int(middle[c * cell + 16].mean()) for c in range(7)] == [20 * i for i in range(7)]
    assert [int(middle[c * cell + 48].mean()) for c in range(7)] == [140] + [255] * 6


def test_the_sheet_is_as_wide_as_the_largest_group(tmp_path: Path):
    path = _save(tmp_path, 'a', 0)
    sheet = contact_sheet({'a': [path] * 3, 'none': []}, columns=1, thumbnail=10)
    assert sheet.shape == (2 * (10 + CAPTION + 2), 3 * 10 + 6, 3)


def test_captions_are_written(tmp_path: Path):
    examples = {name: [_save(tmp_path, name, 255)] for name in 'abc'}
    sheet = contact_sheet(examples, columns=3)
    assert (sheet[:CAPTION] < 128).any()
    assert not (sheet[CAPTION:] < 128).any()


def test_images_keep_their_proportions(tmp_path: Path):
    path = tmp_path / 'high.png'
    Image.new('RGB', (10, 20)).save(path)
    sheet = contact_sheet({'a': [path]}, columns=1, thumbnail=32)[CAPTION : CAPTION + 32, :32]
    assert (sheet.mean(2) < 128).sum() == 32 * 16
    assert (sheet[:, [0, -1]] == 255).all()
