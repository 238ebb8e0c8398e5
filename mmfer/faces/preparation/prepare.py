"""The faces of whole data sets, found in parallel and written to sidecars."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mmfer.faces.detection.face_finder import FoundFace, Picture
from mmfer.faces.preparation.crop_measurement import MeasuredCrop, measure_crop
from mmfer.faces.preparation.finding_options import FindingOptions
from mmfer.faces.sidecar import write_sidecar
from mmfer.files import write_atomically
from mmfer.journal import Journal
from mmfer.settings import check_same
from mmfer.worker_pool import WorkerPool

CHUNK = 4
"""Pictures that go to a process at once; a killed run loses at most so many for each."""


@dataclass(frozen=True)
class Preparation:
    """What became of the pictures of a sidecar.

    Args:
        sidecar: The file written.
        report: The csv file that names the pictures with a problem.
        total: The number of pictures.
        known: How many of them were known from a run before.
        problems: How often there was each problem, see :attr:`FoundFace.problem`.
        crop: How the pictures are cut around the face, where they are cut alike.
    """

    sidecar: Path
    report: Path
    total: int
    known: int
    problems: dict[str, int]
    crop: MeasuredCrop | None = None


def prepare_faces(
    pictures: Mapping[Path, Sequence[Picture]],
    options: FindingOptions | None = None,
    jobs: int = 1,
    overwrite: bool = False,
    record_alignment: bool = False,
    progress: bool = True,
) -> Iterator[Preparation]:
    """Find the face of each picture and write sidecars, which are given one by one when complete.

    Finished pictures are kept in a file beside the sidecar until all are done, so a killed run is
    gone on with when called again; a sidecar that it had completed is kept. The pictures without a
    face, with several, and those that cannot be read are named in ``<sidecar>.problems.csv``; the
    last are not in the sidecar.

    Args:
        pictures: The pictures of each sidecar, a JSON file; they have different names.
        options: How faces are looked for.
        jobs: Number of processes.
        overwrite: Replace other sidecars that are there, and begun runs with other options.
        record_alignment: Write how the pictures are cut around the face, as measured, into the
            sidecar. Readers hand it to checkpoints, whose models then take such crops alone.
        progress: Show a progress bar.

    Raises:
        FileNotFoundError: If the landmarker's weights are not there.
        ValueError: If there are no pictures, two have one name, none has a face, a sidecar is
            there already, a run begun before had other options, or an option is wrong.
        WorkerKilledError: If a process is killed.

    Example:
        >>> pictures = [Picture(p.name, partial(read_image, p)) for p in Path('a').glob('*.jpg')]
        >>> list(prepare_faces({Path('faces.json'): pictures}, jobs=2))  # doctest: +SKIP
    """
    options = options or FindingOptions()
    record = options.to_dict() | {'record_alignment': record_alignment}
    done = {path: _check(path, part, record, overwrite) for path, part in pictures.items()}
    with WorkerPool(options.build, jobs) as pool:
        for path, part in pictures.items():
            if (finished := done[path]) is not None:
                yield finished
                continue
            journal = Journal(_journal_path(path), record, anew=overwrite)
            known = len({row['name'] for row in journal.rows} & {p.name for p in part})
            found = _find(part, pool, journal, f'Faces for {path.name}', progress)
            crop = _write(path, part, found, record)
            journal.remove()
            yield Preparation(path, _report_path(path), len(found), known, _problems(found), crop)


def _journal_path(sidecar: Path) -> Path:
    return sidecar.with_suffix('.faces.jsonl')


def _report_path(sidecar: Path) -> Path:
    return sidecar.with_suffix('.problems.csv')


def _check(
    path: Path, pictures: Sequence[Picture], record: dict[str, Any], overwrite: bool
) -> Preparation | None:
    """What the sidecar is, if it is complete already."""
    if not pictures:
        raise ValueError(f'There is no picture for "{path}". Check the folder and its layout.')
    names = Counter(picture.name for picture in pictures)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ValueError(
            f'{len(twice)} names are those of several pictures, such as {twice[0]}. Name each '
            'once in the lists of the data set.'
        )
    if not path.exists():
        return None
    before = _finished(path)
    if before.get('options') == record and before['pictures'] == list(names):
        _journal_path(path).unlink(missing_ok=True)
        return Preparation(path, _report_path(path), len(names), len(names), before['problems'])
    if overwrite:
        return None
    remedy = (
        'What it knows (subjects, distributions, landmarks, ...) would be lost. Write to another '
        'file (--out), or replace it with overwrite (--overwrite).'
    )
    check_same(before.get('options', record), record, f'The run that wrote "{path}"', remedy)
    raise ValueError(
        f'"{path}" is there already, and of other pictures or from elsewhere. {remedy}'
    )


def _finished(path: Path) -> dict[str, Any]:
    """What a sidecar says of the run that wrote it."""
    try:
        return json.loads(path.read_text(encoding='utf-8'))['info']['prepared']
    except (ValueError, KeyError, TypeError):
        return {}


def _find(
    pictures: Sequence[Picture],
    pool: WorkerPool[Picture, FoundFace],
    journal: Journal,
    title: str,
    progress: bool,
) -> list[FoundFace]:
    rows = {row['name']: row for row in journal.rows}
    missing = [picture for picture in pictures if picture.name not in rows]
    bar = tqdm(
        total=len(pictures),
        initial=len(pictures) - len(missing),
        desc=title,
        unit='img',
        disable=not progress,
    )
    with bar:
        for result in pool.map(missing, CHUNK):
            rows[result.name] = result.to_dict()
            journal.add(rows[result.name])
            bar.update()
    return [FoundFace.from_dict(rows[picture.name]) for picture in pictures]


def _problems(found: Sequence[FoundFace]) -> dict[str, int]:
    return dict(Counter(item.problem for item in found if item.problem))


def _write(
    path: Path, pictures: Sequence[Picture], found: Sequence[FoundFace], record: dict[str, Any]
) -> MeasuredCrop | None:
    """Write report and sidecar; how the pictures are cut is measured from the detector's boxes."""
    problems = _problems(found)
    _write_report(_report_path(path), found)
    if not any(item.face for item in found):
        _journal_path(path).unlink()
        counted = ', '.join(f'{count} {name}' for name, count in problems.items())
        raise ValueError(
            f'No face in any of the {len(found)} pictures for "{path}" ({counted}; see '
            f'{_report_path(path)}), so no sidecar is written. If each picture is a face crop, '
            'take the whole of it (--whole-image always); else try a smaller min_face_size '
            '(--min-face-size).'
        )
    images = [item.image for item in found if not item.error]
    # Boxes that the data set knows are not the detector's.
    crop = None if any(p.box is not None for p in pictures) else measure_crop(images)
    names = [picture.name for picture in pictures]
    write_sidecar(
        path,
        images,
        crop.alignment if crop is not None and record['record_alignment'] else None,
        {'prepared': {'options': record, 'problems': problems, 'pictures': names}},
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
