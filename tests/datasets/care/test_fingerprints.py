import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from mmfer.datasets.care.fingerprints import face_of, fingerprint, fingerprints
from tests.datasets.care.sets import drawing


def test_a_hash_compares_neighbors(tmp_path: Path):
    path = tmp_path / 'a.png'
    drawing(0).save(path)
    found = fingerprint({'img_path': str(path)})
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    gray = Image.open(path).convert('RGB').convert('L')
    cells = np.asarray(gray.resize((9, 8), Image.Resampling.LANCZOS)).astype(int)
    assert (found.bits.reshape(8, 8) == (cells[:, 1:] > cells[:, :-1])).mean() > 0.95


def test_faces_of_one_file_differ(tmp_path: Path):
    path = tmp_path / 'a.png'
    drawing(1).save(path)
    boxes = ([0, 0, 30, 30], [30, 30, 64, 64])
    one, other = (fingerprint({'img_path': str(path), 'face_box': np.array(b)}) for b in boxes)
    whole = fingerprint({'img_path': str(path)})
    assert one.digest == other.digest == whole.digest
    assert (one.bits != other.bits).any() and (one.bits != whole.bits).any()
    assert (one.whole == whole.bits).all() and whole.whole is None
    assert face_of({'img_path': str(path), 'face_box': np.array([-5, -5, 20, 10])}).shape == (
        *(10, 20),
        3,
    )


def test_problems_are_told_and_the_order_is_kept(tmp_path: Path):
    drawing(2).save(tmp_path / 'a.png')
    paths = [tmp_path / 'a.png', tmp_path / 'gone.png', tmp_path / 'a.png']
    found = list(fingerprints({'img_path': str(path)} for path in paths))
    assert [bool(one.problem) for one in found] == [False, True, False]
    assert found[0].digest == found[2].digest
