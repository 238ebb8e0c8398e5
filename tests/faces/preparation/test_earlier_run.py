"""Images that change after their faces were found."""

import json
from functools import partial
from pathlib import Path

import pytest

from mmfer.faces import read_image, read_sidecar
from mmfer.faces.detection.face_finder import FaceJob
from mmfer.faces.preparation.finding_options import FindingOptions
from mmfer.faces.preparation.prepare import Preparation, prepare_faces
from mmfer.journal import Journal
from tests.datasets.disk import write_image

WHOLE = FindingOptions(whole_image='always', landmarks=False)


def prepare(jobs: list[FaceJob], path: Path, **options: object) -> Preparation:
    (done,) = prepare_faces({path: jobs}, WHOLE, progress=False, **options)
    return done


def boxes(sidecar: Path) -> dict[str, list[float]]:
    return {i.file_name: i.faces[0].bbox[2:].tolist() for i in read_sidecar(sidecar)[0]}


@pytest.fixture
def jobs(tmp_path: Path) -> list[FaceJob]:
    paths = [write_image(tmp_path / f'{i}.png', seed=i) for i in range(3)]
    paths[2].write_bytes(b'x')
    return [FaceJob(path.name, partial(read_image, path), path=str(path)) for path in paths]


def test_a_changed_image_is_searched_again(jobs: list[FaceJob], tmp_path: Path) -> None:
    sidecar = tmp_path / 'faces.json'
    assert prepare(jobs, sidecar).problems == {'unreadable': 1}
    assert prepare(jobs, sidecar).known == 3
    write_image(tmp_path / '1.png', seed=5, size=(30, 40))
    done = prepare(jobs, sidecar)
    assert (done.known, done.problems) == (2, {'unreadable': 1})
    assert boxes(sidecar) == {'0.png': [20, 16], '1.png': [30, 40]}
    write_image(tmp_path / '2.png')  # repaired
    done = prepare(jobs, sidecar)
    assert (done.known, done.problems) == (2, {})
    again = prepare(jobs, tmp_path / 'again.json')
    assert sidecar.read_bytes() == again.sidecar.read_bytes()


@pytest.mark.parametrize('earlier_version', [False, True])
def test_a_continued_run_searches_changed_images_again(
    jobs: list[FaceJob], tmp_path: Path, earlier_version: bool
) -> None:
    rows = [WHOLE.build()(job).to_dict() for job in jobs]
    if earlier_version:
        for row in rows:
            del row['state']
    journal = Journal(tmp_path / 'faces.faces.jsonl', WHOLE.to_dict() | {'record_alignment': False})
    for row in rows[:2]:
        journal.add(row)
    write_image(tmp_path / '0.png', size=(30, 40))
    done = prepare(jobs, tmp_path / 'faces.json')
    assert (done.known, done.total) == (1, 3)
    assert boxes(done.sidecar) == {'0.png': [30, 40], '1.png': [20, 16]}


def test_sidecars_of_earlier_versions_are_accepted(jobs: list[FaceJob], tmp_path: Path) -> None:
    sidecar = tmp_path / 'faces.json'
    prepare(jobs, sidecar)
    content = json.loads(sidecar.read_text())
    del content['info']['prepared']['images']
    sidecar.write_text(json.dumps(content))
    assert prepare(jobs, sidecar).known == 3
    write_image(tmp_path / '1.png', size=(40, 30))
    assert prepare(jobs, sidecar).known == 0
    assert boxes(sidecar)['1.png'] == [40, 30]


def test_subjects_are_not_lost(jobs: list[FaceJob], tmp_path: Path) -> None:
    sidecar = tmp_path / 'faces.json'
    prepare(jobs, sidecar)
    content = json.loads(sidecar.read_text())
    content['annotations'][0]['identity'] = 'anna'
    sidecar.write_text(json.dumps(content))
    assert prepare(jobs, sidecar).known == 3
    write_image(tmp_path / '1.png', size=(30, 40))
    with pytest.raises(ValueError, match=r'1 of its images changed since, such as 1.png.*subjects'):
        prepare(jobs, sidecar)
    assert json.loads(sidecar.read_text()) == content
    assert prepare(jobs, sidecar, overwrite=True).known == 0


def test_images_of_a_new_packed_file_are_searched_again(tmp_path: Path) -> None:
    pack = tmp_path / 'pack'
    pack.write_bytes(b'one')
    image = write_image(tmp_path / 'a.png')
    packed = [FaceJob('a', partial(read_image, image), pack=f'{pack}/row00000')]
    prepare(packed, tmp_path / 'faces.json')
    assert prepare(packed, tmp_path / 'faces.json').known == 1
    pack.write_bytes(b'other')
    assert prepare(packed, tmp_path / 'faces.json').known == 0
