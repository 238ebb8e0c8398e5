import csv
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from mmfer.faces import BoxAlignment, read_image, read_sidecar
from mmfer.faces.detection.face_finder import FaceJob
from mmfer.faces.preparation.finding_options import FindingOptions
from mmfer.faces.preparation.prepare import prepare_faces
from mmfer.worker_pool import WorkerKilledError
from tests.helpers import tool_environment

ASTRONAUT = Path(__file__).parents[2] / 'data' / 'astronaut.jpg'
QUICK = FindingOptions(min_face_size=60)

KILLED = """
import os, signal, sys
from functools import partial
from pathlib import Path
from mmfer.faces import read_image
from mmfer.faces.preparation.finding_options import FindingOptions
from mmfer.faces.detection.face_finder import FaceJob
from mmfer.faces.preparation.prepare import prepare_faces

def die():
    os.kill(os.getpid(), signal.SIGKILL)

read = partial(read_image, sys.argv[1])
pictures = [FaceJob('a.jpg', read), FaceJob('b.jpg', read), FaceJob('c.jpg', die)]
parts = {Path('first.json'): pictures[:1], Path('second.json'): pictures}
list(prepare_faces(parts, FindingOptions(min_face_size=60), progress=False))
"""


def kill_this_process() -> np.ndarray:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def picture(name: str, path: Path = ASTRONAUT) -> FaceJob:
    return FaceJob(name, partial(read_image, path))


def prepare(pictures, path, options=QUICK, **more):
    (done,) = prepare_faces({path: pictures}, options, progress=False, **more)
    return done


@pytest.fixture
def pictures(tmp_path):
    """Good images, without a face, with two faces, and truncated."""
    Image.fromarray(np.full((50, 40, 3), 90, np.uint8)).save(tmp_path / 'none.png')
    two = np.tile(read_image(ASTRONAUT)[:230, 20:240], (1, 2, 1))
    Image.fromarray(two).save(tmp_path / 'two.png')
    (tmp_path / 'cut.jpg').write_bytes(ASTRONAUT.read_bytes()[:3000])
    names = ('none.png', 'two.png', 'cut.jpg')
    return [picture('good.jpg'), *(picture(name, tmp_path / name) for name in names)]


def test_a_sidecar_and_a_report_are_written(pictures, tmp_path):
    done = prepare(pictures, tmp_path / 'out' / 'faces.json')
    assert (done.total, done.known, done.crop) == (4, 0, None)
    assert done.problems == {'no face': 1, 'several faces': 1, 'unreadable': 1}
    images, alignment = read_sidecar(done.sidecar)
    assert alignment is None
    assert [(image.file_name, len(image.faces)) for image in images] == [
        ('good.jpg', 1),
        ('none.png', 0),
        ('two.png', 1),
    ]
    assert images[0].faces[0].landmarks68.shape == (68, 2)
    assert images[0].faces[0].landmarks.shape == (5, 2)
    with done.report.open() as file:
        rows = list(csv.DictReader(file))
    assert [(row['picture'], row['problem'], row['faces']) for row in rows] == [
        ('none.png', 'no face', '0'),
        ('two.png', 'several faces', '2'),
        ('cut.jpg', 'unreadable', '0'),
    ]
    assert 'truncated' in rows[2]['error']
    coco = COCO(str(done.sidecar))
    assert len(coco.cats[1]['keypoints']) == 68
    assert all(len(face['keypoints']) == 204 for face in coco.anns.values())
    written = {path.name for path in done.sidecar.parent.iterdir()}
    assert written == {'faces.json', 'faces.problems.csv'}


def test_whole_images_are_used_on_request(pictures, tmp_path):
    done = prepare(pictures, tmp_path / 'a.json', FindingOptions(whole_image='always'))
    assert done.problems == {'unreadable': 1}
    images, _ = read_sidecar(done.sidecar)
    assert images[1].faces[0].bbox.tolist() == [0, 0, 40, 50]
    done = prepare(pictures, tmp_path / 'b.json', FindingOptions(60, 'no face'))
    assert done.problems == {'no face': 1, 'several faces': 1, 'unreadable': 1}
    images, _ = read_sidecar(done.sidecar)
    assert images[1].faces[0].bbox.tolist() == [0, 0, 40, 50]
    assert images[0].faces[0].score > 0.9


def test_without_landmarks(tmp_path):
    done = prepare([picture('a.jpg')], tmp_path / 'a.json', FindingOptions(60, landmarks=False))
    ((image,), _) = read_sidecar(done.sidecar)
    assert image.faces[0].landmarks68 is None
    assert image.faces[0].landmarks.shape == (5, 2)


def test_alignment_is_recorded_on_request(tmp_path):
    for record in (False, True):
        done = prepare([picture('a.jpg')], tmp_path / f'{record}.json', record_alignment=record)
        assert isinstance(done.crop.alignment, BoxAlignment)
        assert read_sidecar(done.sidecar)[1] == (done.crop.alignment if record else None)
    known = FaceJob('a.jpg', partial(read_image, ASTRONAUT), np.array([80.0, 70, 170, 180]))
    assert prepare([known], tmp_path / 'known.json', record_alignment=True).crop is None


def test_a_killed_process_keeps_finished_results(tmp_path):
    first = [picture(f'{i}.jpg') for i in range(4)]
    with pytest.raises(WorkerKilledError, match='One of 2 worker processes was killed'):
        prepare([*first, FaceJob('4.jpg', kill_this_process)], tmp_path / 'a.json', jobs=2)
    done = prepare([*first, picture('4.jpg')], tmp_path / 'a.json', jobs=2)
    alone = prepare([*first, picture('4.jpg')], tmp_path / 'b.json')
    assert done.total == alone.total == 5
    assert (tmp_path / 'a.json').read_bytes() == (tmp_path / 'b.json').read_bytes()


def test_a_killed_run_is_continued(tmp_path, monkeypatch):
    """Killed at the third image of the second part; finished work is not repeated."""
    killed = subprocess.run(
        [sys.executable, '-c', KILLED, ASTRONAUT],
        cwd=tmp_path,
        env=tool_environment(),
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (tmp_path / 'second.json').exists()
    journal = tmp_path / 'second.faces.jsonl'
    assert len(journal.read_text().splitlines()) == 3
    monkeypatch.chdir(tmp_path)
    all_of_them = [picture('a.jpg'), picture('b.jpg'), picture('c.jpg')]
    parts = {Path('first.json'): all_of_them[:1], Path('second.json'): all_of_them}
    before = Path('first.json').read_bytes()
    with pytest.raises(ValueError, match=r'first.json" had .* min_face_size was 60'):
        list(prepare_faces(parts, FindingOptions(50), progress=False))
    with pytest.raises(ValueError, match='2 results .* min_face_size was 60 and is 50'):
        prepare(all_of_them, Path('second.json'), FindingOptions(50))
    first, second = prepare_faces(parts, QUICK, progress=False)
    assert (first.total, first.known, second.total, second.known) == (1, 1, 3, 2)
    assert Path('first.json').read_bytes() == before
    assert not journal.exists()
    whole = prepare(all_of_them, Path('whole.json'))
    assert json.loads(whole.sidecar.read_text()) == json.loads(second.sidecar.read_text())


def test_other_sidecars_are_replaced_only_on_request(tmp_path):
    path = tmp_path / 'faces.json'
    for content in ('{"images": [], "annotations": [], "categories": []}', 'rubbish', '[]'):
        path.write_text(content)
        with pytest.raises(ValueError, match='exists already, for other images.*--overwrite'):
            prepare([picture('a.jpg')], path)
        assert path.read_text() == content
    prepare([picture('a.jpg')], path, overwrite=True)
    assert prepare([picture('a.jpg')], path).known == 1
    for others in ([picture('b.jpg')], [picture('a.jpg'), picture('b.jpg')]):
        with pytest.raises(ValueError, match='other images'):
            prepare(others, path)
    assert prepare([picture('b.jpg')], path, overwrite=True).known == 0


def test_without_images_or_faces_no_sidecar_is_written(tmp_path):
    path = tmp_path / 'faces.json'
    with pytest.raises(ValueError, match='no images for'):
        prepare([], path)
    with pytest.raises(ValueError, match='1 names .* such as a.jpg'):
        prepare([picture('a.jpg'), picture('a.jpg')], path)
    (tmp_path / 'broken.jpg').write_bytes(b'x')
    with pytest.raises(ValueError, match=r'No face in any .*1 unreadable.*--whole-image'):
        prepare([picture('broken.jpg', tmp_path / 'broken.jpg')], path)
    assert {p.name for p in tmp_path.iterdir()} == {'broken.jpg', 'faces.problems.csv'}
