"""The images of every data set, and that its reader accepts the sidecar made from them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import IFER, RAFDB, AffectNet, CelebA, ExpressionFolder, FERPlus, FGEmotions
from mmfer.datasets.face_dataset import FaceDataset
from mmfer.datasets.face_jobs import PREPARED, sidecar_jobs
from mmfer.datasets.files.images import load_sample
from mmfer.faces import ImageFaces, read_sidecar, write_sidecar
from mmfer.faces.detection.face_finder import FaceJob
from mmfer.faces.face import Face
from mmfer.faces.preparation.finding_options import FindingOptions
from mmfer.faces.preparation.prepare import prepare_faces
from mmfer.synthetic.generate import generate
from tests.datasets.disk import write_fg_emotions, write_image
from tests.datasets.official import (
    write_affectnet_csv,
    write_affectnet_npy,
    write_celeba,
    write_ferplus,
    write_ifer,
)
from tests.datasets.readers.test_rafdb import write_rafdb

VOTES = [tuple(10 if k == c else 0 for k in range(10)) for c in range(10)]
WRITERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    'affectnet csv': ('affectnet', write_affectnet_csv),
    'affectnet npy': ('affectnet', write_affectnet_npy),
    'celeba': ('celeba', write_celeba),
    'ferplus': ('ferplus', lambda root: write_ferplus(root, VOTES)),
    'fgemotions': ('fgemotions', write_fg_emotions),
    'folder': ('folder', write_fg_emotions),
    'ifer': ('ifer', write_ifer),
    'rafdb': ('rafdb', write_rafdb),
    'rafdb_original': ('rafdb_original', write_rafdb),
}
RENDERED: dict[str, tuple[Callable[..., FaceDataset], int]] = {
    'affectnet': (AffectNet, 24),
    'celeba': (CelebA, 24),
    'ferplus': (FERPlus, 80),
    'fgemotions': (FGEmotions, 99),
    'ifer': (IFER, 24),
    'rafdb': (RAFDB, 24),
}


def write_faces(root: Path, layout: str, **more: object) -> dict[str, list[FaceJob]]:
    """Write a sidecar for each part; boxes and points encode the number of the image."""
    parts = sidecar_jobs(layout, root, **more)
    for part, pictures in parts.items():
        images = []
        for i, picture in enumerate(pictures):
            points, box = np.full((68, 2), i + 0.5), np.array([0.0, 0, 1 + i, 2])
            face = Face(box, 0.9, points[:5], points, np.linspace(0, 1, 68))
            images.append(ImageFaces(picture.name, 9, 9, (face,)))
        (root / 'annotations').mkdir(exist_ok=True)
        write_sidecar(root / 'annotations' / f'{part}.json', images)
    return parts


def test_every_layout_is_tested_here() -> None:
    # In test_casme2 and test_micro_expressions.
    clips = {'casme2', 'casme3', 'casme_squared', 'mmew', 'samm', 'smic'}
    assert {layout for layout, _ in WRITERS.values()} == set(PREPARED) - clips


@pytest.mark.parametrize('name', WRITERS)
def test_readers_find_each_image_in_the_sidecar(name: str, tmp_path: Path) -> None:
    layout, write = WRITERS[name]
    write(tmp_path / 'data')
    parts = write_faces(tmp_path / 'data', layout)
    if layout in ('fgemotions', 'folder'):
        options = {'type': ExpressionFolder, 'classes': ('anger', 'hate', 'panic', 'worry')}
    else:
        options = {'type': RENDERED[layout.removesuffix('_original')][0]}
        if layout == 'rafdb_original':
            options['image'] = 'original'
    reader = options.pop('type')
    seen = 0
    for part in ('train', 'val', 'test') if layout == 'ifer' else parts:
        data = reader(str(tmp_path / 'data'), part, **options)
        numbers = {p.name: i for i, p in enumerate(parts['all' if layout == 'ifer' else part])}
        loads = {p.name: p.load for p in parts['all' if layout == 'ifer' else part]}
        for info in map(data.get_data_info, range(len(data))):
            below = Path(info['img_path']).relative_to(tmp_path / 'data').as_posix()
            assert (info['landmarks'] == numbers[below] + 0.5).all()
            np.testing.assert_allclose(info['landmark_scores'], np.linspace(0, 1, 68), rtol=1e-6)
            assert (loads[below]() == load_sample(info)[..., ::-1]).all()
            if name == 'affectnet npy':
                assert 'face_box' not in info
            else:
                assert info['face_box'].tolist() == [0, 0, 1 + numbers[below], 2]
            seen += 1
    assert seen >= 6


def test_boxes_of_the_data_set_are_used(tmp_path: Path) -> None:
    write_affectnet_csv(tmp_path)
    for picture in sidecar_jobs('affectnet', tmp_path)['train']:
        assert picture.box is not None and picture.box.tolist() == [2, 3, 14, 13]
    write_rafdb(tmp_path / 'rafdb')
    known = sidecar_jobs('rafdb_original', tmp_path / 'rafdb')['train']
    assert all(picture.box is not None for picture in known)
    assert all(p.box is None for p in sidecar_jobs('rafdb', tmp_path / 'rafdb')['train'])


def test_images_left_out_by_labels_are_prepared(tmp_path: Path) -> None:
    """Other modes and classes of the reader use the same sidecar."""
    write_ferplus(tmp_path / 'ferplus', VOTES)
    assert [len(p) for p in sidecar_jobs('ferplus', tmp_path / 'ferplus').values()] == [10] * 3
    for name in ('any', 'thing'):
        write_image(tmp_path / 'mine' / 'train' / name / 'a.png')
    write_image(tmp_path / 'mine' / 'b.png')
    (tmp_path / 'mine' / 'test.csv').write_text('path,label\nb.png,what\n')
    parts = sidecar_jobs('folder', tmp_path / 'mine')
    names = {part: [picture.name for picture in pictures] for part, pictures in parts.items()}
    assert names == {'train': ['train/any/a.png', 'train/thing/a.png'], 'test': ['b.png']}


def test_preparing_does_not_draw_the_split(tmp_path: Path) -> None:
    """The split is drawn once subjects are known, so preparing must not draw it before."""
    write_ifer(tmp_path)
    assert list(sidecar_jobs('ifer', tmp_path)) == ['all']
    assert not list(tmp_path.glob('*.json'))


def test_wrong_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='no layout "fer2013"'):
        sidecar_jobs('fer2013', tmp_path)
    with pytest.raises(FileNotFoundError, match='RAF-DB was not found'):
        sidecar_jobs('rafdb', tmp_path)
    with pytest.raises(FileNotFoundError, match='class folders was not found'):
        sidecar_jobs('folder', tmp_path)
    write_ifer(tmp_path)
    with pytest.raises(ValueError, match='no part train. Its parts are: all'):
        sidecar_jobs('ifer', tmp_path, ['train'])


@pytest.mark.parametrize('layout', RENDERED)
def test_faces_of_renderings_are_found(layout: str, tmp_path: Path) -> None:
    """Found, written and read; landmarks are near those of the rendering."""
    reader, count = RENDERED[layout]
    size = 48 if layout in ('ferplus', 'fgemotions') else 64
    root = generate(layout, tmp_path / 'data', 'tiny', size=size, images=count, progress=False)
    shutil.move(root / 'annotations', tmp_path / 'truth')
    part = 'all' if layout == 'ifer' else 'test'
    ((path, pictures),) = sidecar_jobs(layout, root, [part]).items()
    target = {root / 'annotations' / f'{path}.json': pictures}
    (done,) = prepare_faces(target, FindingOptions(), progress=False)
    found = {image.file_name: image.faces for image in read_sidecar(done.sidecar)[0]}
    assert sum(map(len, found.values())) >= 0.9 * len(pictures)
    truth = {
        image.file_name: image.faces[0]
        for image in read_sidecar(tmp_path / 'truth' / done.sidecar.name)[0]
    }
    options = {} if layout == 'celeba' else {'empty_classes': 'warn'}
    errors = []
    for split in ('train', 'val', 'test') if layout == 'ifer' else ('test',):
        data = reader(str(root), split, **options)
        for info in map(data.get_data_info, range(len(data))):
            name = Path(info['img_path']).relative_to(root).as_posix()
            if not found[name]:
                assert 'landmark_scores' not in info
                continue
            (face,) = found[name]
            np.testing.assert_allclose(info['landmarks'], face.landmarks68, rtol=1e-5)
            np.testing.assert_allclose(info['landmark_scores'], face.scores68, rtol=1e-5)
            np.testing.assert_allclose(info['face_box'], face.bbox, rtol=1e-4, atol=1e-4)
            points = truth[name].landmarks68
            distance = np.linalg.norm(face.landmarks68 - points, axis=1).mean()
            errors.append(distance / np.linalg.norm(points[36] - points[45]))
    assert errors and np.mean(errors) < 0.12
