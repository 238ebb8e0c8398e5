"""Detects the faces of whole data sets in parallel and writes sidecars."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from mmfer.faces.detection.face_finder import FaceJob, FoundFace
from mmfer.faces.preparation.crop_measurement import MeasuredCrop, measure_crop
from mmfer.faces.preparation.earlier_run import (
    count_problems,
    faces_of,
    has_more,
    is_unchanged,
    read_record,
    run_record,
)
from mmfer.faces.preparation.finding_options import FindingOptions
from mmfer.faces.sidecar import Annotation, write_sidecar
from mmfer.files import write_atomically
from mmfer.journal import Journal
from mmfer.progress import progress_bar
from mmfer.settings import check_same
from mmfer.worker_pool import WorkerPool

CHUNK = 4
"""Images that a process gets at once; a killed run loses at most this number per process."""


class _Found(TypedDict):
    name: str
    width: int
    height: int
    face: Annotation | None
    count: int
    error: str
    state: NotRequired[list[int]]


@dataclass(frozen=True)
class Preparation:
    """The result of preparing the images of a sidecar.

    Args:
        sidecar: The sidecar.
        report: The csv file that lists the images with a problem.
        total: Number of images.
        known: Number of images that an earlier run had finished.
        problems: Number of images with each problem, see :attr:`FoundFace.problem`.
        crop: The estimated alignment of the images, if they are consistent face crops.
    """

    sidecar: Path
    report: Path
    total: int
    known: int
    problems: dict[str, int]
    crop: MeasuredCrop | None = None


def prepare_faces(
    faces: Mapping[Path, Sequence[FaceJob]],
    options: FindingOptions | None = None,
    jobs: int = 1,
    overwrite: bool = False,
    record_alignment: bool = False,
    progress: bool = True,
) -> Iterator[Preparation]:
    """Find the face of each image, write the sidecars, and yield the result of each sidecar.

    A journal beside the sidecar keeps the finished images, so the same call resumes a killed run;
    complete sidecars of the same images and options are kept, except for images whose file changed
    since, which are searched again. ``<sidecar>.problems.csv`` lists the
    images without a face, with several faces, or that cannot be read. Unreadable images are not in
    the sidecar.

    Args:
        faces: The images of each sidecar, keyed by the path of its JSON file; the names of the
            images of a sidecar must differ.
        options: Options of the detection.
        jobs: Number of processes.
        overwrite: Replace existing sidecars and unfinished runs that differ in images or options.
        record_alignment: Store the estimated alignment of the images in the sidecar. Readers pass
            the alignment on to checkpoints, whose models then accept only such crops.
        progress: Show a progress bar.

    Raises:
        FileNotFoundError: If the weights of the landmarker do not exist.
        ValueError: If there are no images, two images have the same name, no image has a face, a
            different sidecar exists, an unfinished run has other options, or an option is invalid.
        WorkerKilledError: If a process is killed.

    Example:
        >>> images = [FaceJob(p.name, partial(read_image, p)) for p in Path('a').glob('*.jpg')]
        >>> list(prepare_faces({Path('faces.json'): images}, jobs=2))  # doctest: +SKIP
    """
    options = options or FindingOptions()
    record = options.to_dict() | {'record_alignment': record_alignment}
    done = {path: _check(path, part, record, overwrite) for path, part in faces.items()}
    with WorkerPool(options.build, jobs) as pool:
        for path, part in faces.items():
            earlier = done[path]
            if isinstance(earlier, Preparation):
                yield earlier
                continue
            journal = Journal(_journal_path(path), record, anew=overwrite, form=_Found)
            rows = {face.name: face for face in map(FoundFace.from_dict, journal.rows)}
            known = _unchanged(part, earlier | rows)
            found = _find(part, known, pool, journal, f'Faces for {path.name}', progress)
            crop = _write(path, part, found, record)
            journal.remove()
            problems = count_problems(found)
            yield Preparation(path, _report_path(path), len(found), len(known), problems, crop)


def _journal_path(sidecar: Path) -> Path:
    return sidecar.with_suffix('.faces.jsonl')


def _report_path(sidecar: Path) -> Path:
    return sidecar.with_suffix('.problems.csv')


def _check(
    path: Path, faces: Sequence[FaceJob], record: dict[str, Any], overwrite: bool
) -> Preparation | dict[str, FoundFace]:
    """The result of an earlier run if the sidecar is complete, else what the run found.

    Raises if the sidecar differs.
    """
    if not faces:
        raise ValueError(f'There are no images for "{path}". Check the folder and its layout.')
    names = Counter(face.name for face in faces)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ValueError(
            f'{len(twice)} names belong to several images, such as {twice[0]}. List each image '
            'only once in the data set.'
        )
    if not path.exists():
        return {}
    before, what = read_record(path), ''
    if before is not None and (before['options'], before['pictures']) == (record, list(names)):
        found = faces_of(path, before)
        same = _unchanged(faces, found)
        changed = [name for name in found if name not in same]
        if not changed:
            _journal_path(path).unlink(missing_ok=True)
            problems = before['problems']
            return Preparation(path, _report_path(path), len(names), len(names), problems)
        if not has_more(path):
            # Without their states, nothing tells the problems of the other images.
            return same if 'images' in before else {}
        what = f', and {len(changed)} of its images changed since, such as {changed[0]}'
    if overwrite:
        return {}
    remedy = (
        'Its subjects, distributions, landmarks and so on would be lost. Write to another file '
        '(--out), or replace the sidecar with overwrite (--overwrite).'
    )
    options = record if before is None else before['options']
    check_same(options, record, f'The run that wrote "{path}"', remedy)
    what = what or ', for other images or from another source'
    raise ValueError(f'"{path}" exists already{what}. {remedy}')


def _unchanged(faces: Sequence[FaceJob], found: Mapping[str, FoundFace]) -> dict[str, FoundFace]:
    """What was found in the images that are still the same."""
    known = {face.name: face for face in faces if face.name in found}
    return {name: found[name] for name, face in known.items() if is_unchanged(found[name], face)}


def _find(
    faces: Sequence[FaceJob],
    known: Mapping[str, FoundFace],
    pool: WorkerPool[FaceJob, FoundFace],
    journal: Journal,
    title: str,
    progress: bool,
) -> list[FoundFace]:
    found = dict(known)
    missing = [face for face in faces if face.name not in known]
    bar = progress_bar(
        total=len(faces),
        initial=len(known),
        desc=title,
        unit='img',
        disable=not progress,
    )
    with bar:
        for result in pool.map(missing, CHUNK):
            found[result.name] = result
            journal.add(result.to_dict())
            bar.update()
    # As they are read back, so that a continued run writes the same.
    return [FoundFace.from_dict(found[face.name].to_dict()) for face in faces]


def _write(
    path: Path, faces: Sequence[FaceJob], found: Sequence[FoundFace], record: dict[str, Any]
) -> MeasuredCrop | None:
    """Write report and sidecar, and estimate the alignment from the boxes of the detector."""
    _write_report(_report_path(path), found)
    if not any(item.face for item in found):
        _journal_path(path).unlink()
        counted = ', '.join(f'{count} {name}' for name, count in count_problems(found).items())
        raise ValueError(
            f'No face in any of the {len(found)} images for "{path}" ({counted}; see '
            f'{_report_path(path)}), so no sidecar is written. If each image is a face crop, '
            'use the whole image (--whole-image always); otherwise try a smaller min_face_size '
            '(--min-face-size).'
        )
    images = [item.image for item in found if not item.error]
    # Known boxes of a data set say nothing about the detector's boxes.
    crop = None if any(p.box is not None for p in faces) else measure_crop(images)
    write_sidecar(
        path,
        images,
        crop.alignment if crop is not None and record['record_alignment'] else None,
        {'prepared': run_record(record, found)},
    )
    return crop


def _write_report(path: Path, found: Sequence[FoundFace]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator='\n')
    rows.writerow(['picture', 'problem', 'faces', 'error'])
    rows.writerows(
        [item.name, item.problem, item.count, ' '.join(item.error.split())]
        for item in found
        if item.problem
    )
    write_atomically(path, text.getvalue())
