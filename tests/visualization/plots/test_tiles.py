import numpy as np
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
