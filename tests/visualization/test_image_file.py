from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.visualization.image_file import write_image


def test_an_image_is_written_in_the_format_of_its_suffix(tmp_path: Path) -> None:
    image = Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3))
    write_image(tmp_path / 'new' / 'a.png', image)
    write_image(tmp_path / 'new' / 'a.JPG', image, quality=92)
    with Image.open(tmp_path / 'new' / 'a.png') as png, Image.open(tmp_path / 'new/a.JPG') as jpg:
        assert (np.array(png) == np.array(image)).all() and jpg.format == 'JPEG'
    with pytest.raises(ValueError, match='".txt" is not a format of images'):
        write_image(tmp_path / 'a.txt', image)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['new']
