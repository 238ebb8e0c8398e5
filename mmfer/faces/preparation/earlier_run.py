"""What an earlier run found, and which images changed since."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from PIL import Image

from mmfer.faces.detection.found_face import FaceJob, FoundFace, rounded_face
from mmfer.faces.image_decoder import FORMATS, MOST_PIXELS
from mmfer.faces.sidecar import read_sidecar
from mmfer.reading import check_form, read_json

IMAGE_KEYS = {'id', 'file_name', 'width', 'height'}
FACE_KEYS = {
    *('id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd', 'score'),
    *('five_points', 'keypoints', 'num_keypoints'),
}


class RunRecord(TypedDict):
    """The record in a sidecar of the run that wrote it.

    Sidecars of earlier versions have no ``images``, which holds the state, the number of faces and
    the error of each picture.
    """

    options: dict[str, Any]
    problems: dict[str, int]
    pictures: list[str]
    images: NotRequired[list[tuple[list[int], int, str]]]


def run_record(options: Mapping[str, Any], found: Sequence[FoundFace]) -> RunRecord:
    """The record of a run for its sidecar."""
    return {
        'options': dict(options),
        'problems': count_problems(found),
        'pictures': [item.name for item in found],
        'images': [(item.state, item.count, item.error) for item in found],
    }


def count_problems(found: Sequence[FoundFace]) -> dict[str, int]:
    """The number of images with each problem."""
    return dict(Counter(item.problem for item in found if item.problem))


def read_record(path: Path) -> RunRecord | None:
    """The record in a sidecar; None if there is none."""
    try:
        record: RunRecord = read_json(path)['info']['prepared']
        check_form(record, RunRecord, f'"{path}"', '')
    except (ValueError, KeyError, TypeError):
        return None
    return record


def faces_of(path: Path, record: RunRecord) -> dict[str, FoundFace]:
    """What the run that wrote a sidecar found, by the name of the image.

    In a sidecar of an earlier version, images that could not be read are missing.

    Raises:
        ValueError: If the sidecar is faulty.
    """
    entries = {image.file_name: image for image in read_sidecar(path)[0]}
    images = record.get('images') or [([], 0, '')] * len(record['pictures'])
    found = {}
    for name, (state, count, error) in zip(record['pictures'], images, strict=False):
        if error:
            found[name] = FoundFace(name, error=error, state=state)
        elif name in entries:
            entry = entries[name]
            face = rounded_face(entry.faces[0]) if entry.faces else None
            found[name] = FoundFace(name, entry.width, entry.height, face, count, state=state)
    return found


def has_more(path: Path) -> bool:
    """Whether a sidecar has content that no run writes, such as subjects."""
    content = read_json(path)
    faces = content['annotations']
    return (
        content['info'].keys() != {'prepared'}
        or len(content['categories']) != 1
        or len({face['image_id'] for face in faces}) < len(faces)
        or any(face.keys() - FACE_KEYS for face in faces)
        or any(image.keys() - IMAGE_KEYS for image in content['images'])
    )


def is_unchanged(found: FoundFace, job: FaceJob) -> bool:
    """Whether an image is still the one in which a face was found.

    Results of earlier versions have no state; then the size of the picture is compared.
    """
    state = job.state
    if state and found.state:
        return state == found.state
    known, size = sorted((found.width, found.height)), None
    if any(known) and job.path is not None:
        # Decoders of damaged files raise errors of many types.
        with suppress(Exception), Image.open(job.path, formats=[*FORMATS, 'JPEG']) as image:
            size = sorted(image.size)  # a rotation in EXIF exchanges the sides
    # The sides of a larger image are rounded.
    return size is None or size == known or size[0] * size[1] > MOST_PIXELS
