import json

import numpy as np

from mmfer.faces.sidecar import read_sidecar
from mmfer.synthetic.layouts.frame_truth import faces_sidecar, frame_annotation
from mmfer.synthetic.render.clip_renderer import Frame

POINTS = np.random.default_rng(0).uniform(0, 30, (68, 2)).astype(np.float32)
FRAME = Frame(np.zeros((40, 30, 3), np.uint8), POINTS, np.arange(68) % 2 == 0, (1, 2, 21, 32))


def test_the_sidecar_can_be_read(tmp_path):
    faces = {f'clip/img{n}.jpg': frame_annotation(n, FRAME) for n in (9, 10)}
    path = tmp_path / 'faces.json'
    path.write_text(json.dumps(faces_sidecar(faces, 30, 40)))
    images, alignment = read_sidecar(path)
    assert alignment is None
    assert [im.file_name for im in images] == ['clip/img9.jpg', 'clip/img10.jpg']
    assert [(im.width, im.height) for im in images] == [(30, 40)] * 2
    (face,) = images[1].faces
    np.testing.assert_allclose(face.bbox, [1, 2, 21, 32])
    np.testing.assert_allclose(face.landmarks68, POINTS, atol=1e-3)


def test_hidden_points_have_score_zero():
    row = frame_annotation(7, FRAME)
    assert row['frame'] == 7
    assert row['keypoints'][2::3] == [1, 0] * 34
