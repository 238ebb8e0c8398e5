import numpy as np
import pytest
from PIL import Image

from mmfer.visualization.plots.tiles import Tile, draw_tiles


def test_rows_of_different_length(tmp_path):
    red = np.full((20, 20, 3), (255, 0, 0), np.uint8)
    path = tmp_path / 'below' / 'tiles.png'
    rows = [[Tile(red, 'one'), Tile(red, 'two', 'tab:green')], [Tile(red)]]
    draw_tiles(rows, ['first', 'second'], path)
    pixels = np.asarray(Image.open(path).convert('RGB'))
    is_red = (pixels == (255, 0, 0)).all(-1)
    left, right = np.array_split(is_red.any(0), 2)
    assert left.any() and right.any()
    top, bottom = np.array_split(is_red, 2)
    assert top.sum() > 1.8 * bottom.sum() > 0


def test_size_follows_from_rows_columns_and_caption_lines(tmp_path):
    path = tmp_path / 'tiles.png'
    image = np.zeros((20, 20, 3), np.uint8)
    sizes = []
    for caption in ('one', 'one\ntwo\nthree'):
        tile = Tile(image, caption)
        draw_tiles([[tile] * 3, [tile]], ['title', ''], path, size=1.0)
        sizes.append(Image.open(path).size)
    assert sizes[0][0] == sizes[1][0] == round((3 + 1.2) * 120)
    assert sizes[1][1] - sizes[0][1] >= 2 * 2 * 8 * 120 / 72


def test_frames_have_their_colors_and_captions_are_not_parsed_as_tex(tmp_path):
    path = tmp_path / 'tiles.png'
    blue = np.full((20, 20, 3), (0, 0, 255), np.uint8)
    draw_tiles([[Tile(blue, '$a_', 'lime'), Tile(blue, 'b$^$', 'red')]], ['a $_$ title'], path)
    pixels = np.asarray(Image.open(path).convert('RGB')).astype(int)
    green, red = (
        np.flatnonzero((np.abs(pixels - color).max(-1) < 30).any(0))
        for color in ((0, 255, 0), (255, 0, 0))
    )
    assert len(green) > 20 and len(red) > 20 and green.max() < red.min()


def test_a_title_for_each_row(tmp_path):
    with pytest.raises(ValueError, match='zip'):
        draw_tiles([[Tile(np.zeros((2, 2, 3), np.uint8))]], ['a', 'b'], tmp_path / 'tiles.png')


def test_headings_are_above_the_columns(tmp_path):
    path = tmp_path / 'tiles.png'
    tile = Tile(np.full((20, 20, 3), 255, np.uint8))
    sizes = []
    for headings in ((), ('$x_', 'two\nlines')):
        draw_tiles([[tile, tile]], [''], path, size=1.0, headings=headings)
        sizes.append(Image.open(path).size)
    ink = np.asarray(Image.open(path).convert('L'))[: sizes[1][1] // 3] < 100
    assert all(half.any() for half in np.array_split(ink, 2, axis=1))
    assert not ink[0].any()
    assert sizes[0][0] == sizes[1][0] and sizes[1][1] > sizes[0][1] + 20
    with pytest.raises(ValueError, match='zip'):
        draw_tiles([[tile, tile]], [''], path, headings=['only one'])


def test_captions_do_not_overlap_the_next_row(tmp_path):
    path = tmp_path / 'tiles.png'
    tile = Tile(np.zeros((20, 20, 3), np.uint8), 'one\ntwo')
    draw_tiles([[tile] * 4] * 2, ['', ''], path, headings=['above'] * 4)
    blank = (np.asarray(Image.open(path).convert('L')) > 250).all(1)
    starts = np.flatnonzero(np.diff(blank.astype(int)) == -1)
    # the headings, and in each row the tiles and two lines below them
    assert len(starts) == 1 + 2 * 3
