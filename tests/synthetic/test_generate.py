import hashlib
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mmfer.synthetic import generate as module
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts.rafdb import RAFDBLayout
from mmfer.synthetic.record import RECORD, dump, journal_path, sidecar_path
from mmfer.worker_pool import WorkerKilledError

CLIP_SETTINGS = {'preset': 'tiny', 'seed': 1, 'size': 40, 'images': 12, 'progress': False}
SETTINGS = {'preset': 'tiny', 'seed': 3, 'size': 48, 'images': 24, 'progress': False}


def _files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob('*') if p.is_file()}


def test_the_number_of_workers_does_not_change_the_files(rendered_rafdb: Path, tmp_path: Path):
    other = generate('rafdb', tmp_path / 'two', workers=2, **SETTINGS)
    assert _files(other) == _files(rendered_rafdb)


def test_deleted_files_are_rendered_again_and_others_are_kept(rendered_rafdb: Path, tmp_path: Path):
    root = tmp_path / 'set'
    shutil.copytree(rendered_rafdb, root)
    (root / 'Image/aligned/train_00002_aligned.jpg').unlink()
    (root / 'Annotation/manual/test_0003_manu_attri.txt').unlink()
    (root / 'contact_sheet.jpg').unlink()
    kept = root / 'Image/aligned/train_00001_aligned.jpg'
    time = kept.stat().st_mtime_ns
    generate('rafdb', root, **SETTINGS)
    assert _files(root) == _files(rendered_rafdb)
    assert kept.stat().st_mtime_ns == time


def test_a_killed_run_is_continued(rendered_rafdb: Path, tmp_path: Path):
    root = tmp_path / 'set'
    shutil.copytree(rendered_rafdb, root)
    rows = json.loads(sidecar_path(root, 'train').read_text())['annotations']
    journal = b''.join(dump(row, indent=None) for row in rows[:5])
    journal_path(root, 'train').write_bytes(journal + dump(rows[5], indent=None)[:100])
    sidecar_path(root, 'train').unlink()
    sidecar_path(root, 'test').unlink()
    (root / 'Image/aligned/train_00009_aligned.jpg.0123456789ab.tmp').write_bytes(b'half')
    description = json.loads((root / RECORD).read_text())
    (root / RECORD).write_bytes(dump({**description, 'complete': False}))
    generate('rafdb', root, **SETTINGS)
    assert _files(root) == _files(rendered_rafdb)


def test_other_options_are_refused_and_nothing_changes(rendered_rafdb: Path):
    before = _files(rendered_rafdb)
    with pytest.raises(ValueError, match='size was 48 and is 64'):
        generate('rafdb', rendered_rafdb, **{**SETTINGS, 'size': 64})
    assert _files(rendered_rafdb) == before


def test_the_record_marks_a_complete_set(rendered_rafdb: Path):
    assert json.loads((rendered_rafdb / RECORD).read_text())['complete'] is True
    assert not [*rendered_rafdb.rglob('*.partial*'), *rendered_rafdb.rglob('*.tmp')]


def test_a_failing_worker_names_its_image(rendered_rafdb: Path, tmp_path: Path):
    root = tmp_path / 'set'
    shutil.copytree(rendered_rafdb, root)
    shutil.rmtree(root / 'Image')
    (root / 'Image').write_text('in the way')
    with pytest.raises(RuntimeError, match='Image/aligned/.*_aligned.jpg" failed'):
        generate('rafdb', root, workers=2, **SETTINGS)


class DeadlyLayout(RAFDBLayout):
    """A layout whose fourth test image kills the process that writes it."""

    def companions(self, split: str, index: int, *facts: Any) -> dict[str, bytes]:
        if (split, index) == ('test', 3):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().companions(split, index, *facts)


def test_a_killed_worker_gives_a_message_and_finished_files_are_kept(
    rendered_rafdb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    root = tmp_path / 'set'
    with monkeypatch.context() as patched:
        patched.setattr(module, 'build_layout', lambda name: DeadlyLayout())
        with pytest.raises(WorkerKilledError, match='One of 2 worker processes was killed'):
            generate('rafdb', root, workers=2, **SETTINGS)
    generate('rafdb', root, **SETTINGS)
    assert _files(root) == _files(rendered_rafdb)


@pytest.mark.parametrize(
    ('wrong', 'message'),
    [
        (
            {'layout': 'fer'},
            'no layout "fer".*affectnet, casme2, casme3, casme_squared, celeba, ferplus, '
            'fgemotions, ifer, mmew, rafdb, samm, samm_long, smic',
        ),
        ({'oddities': False}, 'Blinks and oddities are options of data sets of clips'),
        ({'workers': 0}, 'workers must be at least 1'),
    ],
)
def test_wrong_arguments(wrong, message, tmp_path: Path):
    with pytest.raises(ValueError, match=message):
        generate(**{'layout': 'rafdb', 'out': tmp_path / 'x', **wrong})
    assert not (tmp_path / 'x').exists()


def test_renderings_of_other_code_are_kept_or_refused(
    rendered_rafdb: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    root = tmp_path / 'set'
    shutil.copytree(rendered_rafdb, root)
    description = json.loads((root / RECORD).read_text())
    (root / RECORD).write_bytes(dump({**description, 'renderer': 'older'}))
    before = _files(root)
    generate('rafdb', root, **SETTINGS)
    assert _files(root) == before
    assert 'The folder is kept.' in caplog.text
    (root / 'Image/aligned/train_00002_aligned.jpg').unlink()
    with pytest.raises(ValueError, match='Another version.*began.*.older in .*1 images'):
        generate('rafdb', root, **SETTINGS)
    assert len(_files(root)) == len(before) - 1


def test_the_images_of_the_first_release_are_reproduced(
    rendered_fgemotions: Path, rendered_rafdb: Path
):
    """Digests of the drawing are equal; grey levels have a tolerance for other machines."""
    drawn = ('category_id', 'clean_category_id', 'intensity', 'action_units', 'pose', 'gaze')
    for root, digest, levels in (
        (rendered_fgemotions, 'e3dba9742fd42d05', (136.6, 151.2, 139.6, 158.7, 177.5, 184.5)),
        (rendered_rafdb, 'ef443e0cfdd5a6af', (120.5, 139.6, 139.6, 124.8, 136.1, 150.7)),
    ):
        content = json.loads(sidecar_path(root, 'train').read_text())
        rows = [[a[k] for k in (*drawn, 'identity', 'group')] for a in content['annotations']]
        assert hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16] == digest
        for image, level in zip(content['images'], levels, strict=False):
            with Image.open(root / image['file_name']) as opened:
                assert np.asarray(opened).mean() == pytest.approx(level, abs=0.3)


@pytest.mark.parametrize('layout', ['affectnet', 'celeba', 'ferplus', 'ifer'])
def test_a_new_layout_is_continued_by_any_number_of_workers(layout: str, tmp_path: Path):
    settings = {**SETTINGS, 'images': 48 if layout == 'ferplus' else 24}
    first = generate(layout, tmp_path / 'one', **settings)
    files = _files(first)
    names = [name for name in files if name.endswith(('.jpg', '.png')) and '/' in name]
    for name in names[:2]:
        (first / name).unlink()
    lists = [name for name in files if name.endswith(('.csv', '.txt'))]
    assert lists
    for name in lists:
        (first / name).unlink()
    generate(layout, first, workers=2, **settings)
    assert _files(first) == files


def test_clips_are_continued_by_any_number_of_workers(casme2: Path, tmp_path: Path):
    root = tmp_path / 'set'
    shutil.copytree(casme2, root)
    files = _files(root)
    frames = [path for path in files if path.endswith('.jpg') and '/' in path]
    clips = sorted({str(Path(path).parent) for path in frames})
    for clip in clips[:2]:
        (root / next(path for path in frames if path.startswith(clip))).unlink()
    (root / 'CASME2-coding-20140508.xlsx').unlink()
    kept = root / next(path for path in frames if path.startswith(clips[2]))
    time = kept.stat().st_mtime_ns
    generate('casme2', root, **CLIP_SETTINGS, workers=2)
    assert _files(root) == files
    assert kept.stat().st_mtime_ns == time
