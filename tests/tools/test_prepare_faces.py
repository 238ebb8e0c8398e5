import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.datasets import RAFDB
from mmfer.faces import build_alignment
from tests.helpers import ROOT, call_tool, run_tool

ASTRONAUT = ROOT / 'tests' / 'data' / 'astronaut.jpg'


@pytest.fixture
def unknown(rendered_rafdb: Path, tmp_path: Path) -> Path:
    """RAF-DB without a sidecar; one image has no face, and one image is truncated."""
    root = tmp_path / 'rafdb'
    shutil.copytree(rendered_rafdb, root, ignore=shutil.ignore_patterns('annotations'))
    images = sorted((root / 'Image' / 'aligned').glob('train_*.jpg'))
    Image.new('RGB', (48, 48)).save(images[0])
    images[1].write_bytes(images[1].read_bytes()[:500])
    return root


def test_rafdb(unknown: Path):
    said = run_tool('prepare_faces.py', unknown, '--layout', 'rafdb', '--jobs', 2)
    annotations = unknown / 'annotations'
    assert f'{annotations / "train.json"}: ' in said.stdout
    assert 'unreadable: 1.' in said.stdout
    assert f'{annotations / "test.json"}: ' in said.stdout
    assert 'train.json: 100%' in said.stderr
    with (annotations / 'train.problems.csv').open() as file:
        problems = {row['picture']: row['problem'] for row in csv.DictReader(file)}
    assert problems['Image/aligned/train_00001_aligned.jpg'] == 'no face'
    assert problems['Image/aligned/train_00002_aligned.jpg'] == 'unreadable'
    data = RAFDB(str(unknown), 'test', empty_classes='warn')
    infos = [data.get_data_info(i) for i in range(len(data))]
    assert sum('landmark_scores' in info for info in infos) >= 0.8 * len(infos)
    assert 'alignment' not in data.metainfo
    again = run_tool('prepare_faces.py', unknown, '--layout', 'rafdb')
    assert 'from an earlier run' in again.stdout


def test_a_users_folder_is_prepared(tmp_path: Path):
    (tmp_path / 'train' / 'calm').mkdir(parents=True)
    shutil.copy(ASTRONAUT, tmp_path / 'train' / 'calm')
    (tmp_path / 'test').mkdir()
    said = call_tool(
        'prepare_faces.py', tmp_path, '--layout', 'folder', '--record-alignment',
        '--out', tmp_path / 'a-{part}.json', '--min-face-size', 40,
    )  # fmt: skip
    assert 'No images in the test part' in said.stdout
    assert 'face_crop = dict(type=' in said.stdout
    content = json.loads((tmp_path / 'a-train.json').read_text())
    assert build_alignment(content['alignment']).size == 256
    assert np.shape(content['annotations'][0]['keypoints']) == (204,)


def test_wrong_options_are_refused(rendered_rafdb: Path, tmp_path: Path):
    def refusal(*args: object) -> str:
        result = call_tool('prepare_faces.py', *args, check=False)
        assert result.returncode == 1
        assert 'Traceback' not in result.stderr
        return result.stderr

    before = (rendered_rafdb / 'annotations' / 'train.json').read_bytes()
    rafdb = rendered_rafdb, '--layout', 'rafdb'
    assert 'train.json" exists already' in refusal(*rafdb)
    assert (rendered_rafdb / 'annotations' / 'train.json').read_bytes() == before
    assert 'one file for 2 parts' in refusal(*rafdb, '--out', tmp_path / 'faces.json')
    (tmp_path / 'train').mkdir()
    assert 'No images in' in refusal(tmp_path, '--layout', 'folder')


def test_another_detector_and_landmarker_and_turned_images(tmp_path: Path):
    (tmp_path / 'train' / 'calm').mkdir(parents=True)
    with Image.open(ASTRONAUT) as image:
        image.save(tmp_path / 'train' / 'calm' / 'upright.png')
        image.rotate(90).save(tmp_path / 'train' / 'calm' / 'lying.png')
    options = ('--layout', 'folder', '--parts', 'train', '--out')
    mesh = ('--detector', 'blazeface', '--landmarker', 'facemesh')
    turned = ('--rotations', 270, 90)
    for name, chosen in (('mtcnn', turned), ('mesh', (*mesh, *turned))):
        run_tool('prepare_faces.py', tmp_path, *options, tmp_path / f'{name}.json', *chosen)
    for name in ('mtcnn', 'mesh'):
        content = json.loads((tmp_path / f'{name}.json').read_text())
        files = {image['id']: Path(image['file_name']).stem for image in content['images']}
        points = {
            files[face['image_id']]: np.reshape(face['keypoints'], (68, 3))[:, :2]
            for face in content['annotations']
        }
        # A quarter counterclockwise around the center of 256 x 256 px.
        x, y = points['upright'].T - 127.5
        expected = np.stack([y, -x], axis=1) + 127.5
        np.testing.assert_allclose(points['lying'], expected, atol=0.1)
