from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.apis.video import TrackSummary
from mmfer.visualization.plots.curves import SERIES
from mmfer.visualization.plots.timeline import plot_timeline

RNG = np.random.default_rng(0)


def face(track: int, frames: int, classes: int = 3) -> TrackSummary:
    scores = RNG.dirichlet(np.ones(classes), frames).tolist()
    return TrackSummary(track, [track + i / 10 for i in range(frames)], scores)


def shown(path: Path) -> set[str]:
    """The colors of lines in an image."""
    pixels = {tuple(color) for color in np.asarray(Image.open(path).convert('RGB')).reshape(-1, 3)}
    return {color for color in SERIES if tuple(bytes.fromhex(color[1:])) in pixels}


def test_a_panel_for_each_face_and_a_line_for_each_class(tmp_path: Path) -> None:
    names = ['anger', 'fear', 'joy']
    plot_timeline([face(1, 30)], names, tmp_path / 'one.png')
    plot_timeline([face(1, 30), face(2, 1)], names, tmp_path / 'two.png')
    one, two = (Image.open(tmp_path / name).size for name in ('one.png', 'two.png'))
    assert one[0] == two[0] and two[1] - one[1] == round(1.7 * 110)
    assert shown(tmp_path / 'one.png') == set(SERIES[:3])


def test_many_faces_and_classes_are_limited(tmp_path: Path) -> None:
    faces = [face(i, i + 2, 40) for i in range(1, 51)]
    plot_timeline(faces, [f'class {i}' for i in range(40)], tmp_path / 'a.png')
    assert Image.open(tmp_path / 'a.png').size[1] == pytest.approx((1 + 1.7 * 8) * 110, abs=2)
    assert len(shown(tmp_path / 'a.png')) == 8


def test_no_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='No face is in the video'):
        plot_timeline([], ['a'], tmp_path / 'a.png')
