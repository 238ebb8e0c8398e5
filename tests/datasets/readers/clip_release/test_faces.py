from pathlib import Path

import numpy as np

from mmfer.datasets.readers.clip_release.faces import lend_faces
from mmfer.datasets.sidecar import Sidecar
from mmfer.faces import Face, ImageFaces, write_sidecar
from tests.datasets.casme2_files import FRAMES, write_clip


def sidecar(root: Path, clip: str, numbers: range, shown: set[int]) -> Sidecar:
    """A clip and its sidecar; the landmarks of frame n are all at (n, n)."""
    write_clip(root, clip, numbers)
    images = []
    for number in numbers:
        points = np.full((68, 2), float(number))
        face = Face(np.array([1.0, 2, 20, 25]), 0.9, None, points, np.ones(68))
        name = f'{FRAMES}/{clip}/img{number}.jpg'
        images.append(ImageFaces(name, 34, 28, (face,) if number in shown else ()))
    path = root / 'annotations' / 'faces.json'
    path.parent.mkdir(parents=True)
    write_sidecar(path, images)
    return Sidecar(path, root, ('others',))


def frame(root: Path, clip: str, number: int) -> dict:
    path = root / FRAMES / clip / f'img{number}.jpg'
    return {'img_path': str(path), 'clip': clip, 'frame': number}


def test_the_nearest_frame_lends_its_face(tmp_path: Path, log: list[str]) -> None:
    known = sidecar(tmp_path, 'sub01/EP01', range(3, 10), {3, 8})
    wanting = [frame(tmp_path, 'sub01/EP01', number) for number in (4, 7)]
    report = lend_faces(tmp_path, wanting, known)
    assert [sample['landmarks'][0, 0] for sample in wanting] == [3, 8]
    assert report == {'lent_face': ['sub01/EP01/img3.jpg', 'sub01/EP01/img8.jpg']}
    assert any('lent_face, 2, ' in line for line in log)


def test_a_clip_without_faces_is_reported(tmp_path: Path, log: list[str]) -> None:
    known = sidecar(tmp_path, 'sub01/EP01', range(3, 6), set())
    wanting = [frame(tmp_path, 'sub01/EP01', 4)]
    assert lend_faces(tmp_path, wanting, known) == {'no_face': ['sub01/EP01']}
    assert 'landmarks' not in wanting[0]
    assert any('no_face, 1, ' in line and 'refuse it' in line for line in log)
