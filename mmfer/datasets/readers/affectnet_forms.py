"""The two official forms of AffectNet."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.coco_files import LANDMARKS
from mmfer.datasets.files.csv_files import check_columns, csv_table
from mmfer.faces.image_folder import list_images
from mmfer.labels.releases import AFFECTNET_COLUMNS, AFFECTNET_FILES, AFFECTNET_IMAGES

MOST_NPY_BYTES = 1 << 16
"""The maximum size of an annotation; the 68 landmarks need about 1,200 bytes."""
NPY_FOLDERS = {'train': 'train_set', 'test': 'val_set'}
CODES = range(11)
EXPRESSIONS = range(8)
NOT_ANNOTATED = -2.0
"""The value of missing valence and arousal."""


def find_csv(root: Path, part: str) -> Path | None:
    """The csv file of a part, in the root or in the folder of the official archive."""
    for folder in (root, root / 'Manually_Annotated_file_lists'):
        if (folder / AFFECTNET_FILES[part]).is_file():
            return folder / AFFECTNET_FILES[part]
    return None


def read_csv(root: Path, part: str, annotations: bool) -> Iterator[Sample]:
    """The rows of the older form; ``gt_label`` is the code of the expression, 0 to 10.

    Raises:
        ValueError: If a column is missing or a row is faulty.
    """
    path = find_csv(root, part)
    assert path is not None
    head, rows = csv_table(path)
    check_columns(path, head, AFFECTNET_COLUMNS)
    for where, cells in rows:
        row = dict(zip(head, cells, strict=True))
        code = parse_code(row['expression'], where)
        # Rows without an expression may have no face and no image.
        if code not in EXPRESSIONS:
            yield {'gt_label': code}
            continue
        image = root / AFFECTNET_IMAGES / row['subDirectory_filePath']
        sample = {'img_path': str(image), 'gt_label': code, 'where': where}
        if annotations:
            x, y, width, height = (
                parse_numbers(row[name], 1, name, where)[0] for name in AFFECTNET_COLUMNS[1:5]
            )
            if width <= 0 or height <= 0:
                raise ValueError(
                    f'{where}: face_width {width:g} and face_height {height:g} must be above 0. '
                    'Correct or remove the row.'
                )
            sample['face_box'] = np.array([x, y, x + width, y + height], dtype=np.float32)
            sample |= parse_affect(row['valence'], row['arousal'], where)
            sample['landmarks'] = parse_landmarks(row['facial_landmarks'], where)
        yield sample


def read_npy(root: Path, part: str, annotations: bool) -> Iterator[Sample]:
    """The images of the 2021 form, sorted by number; ``gt_label`` is the code of the expression.

    Raises:
        FileNotFoundError: If an annotation of an image, or the image of an annotation, is missing.
        ValueError: If an annotation is faulty, or an image exists twice.
    """
    folder = root / NPY_FOLDERS[part]
    images: dict[str, Path] = {}
    for path in list_images(folder / 'images', deep=False):
        if path.stem in images:
            raise ValueError(
                f'"{folder}": {images[path.stem].name} and {path.name} have the same annotation. '
                'Keep one of them.'
            )
        images[path.stem] = path
    annotated = (folder / 'annotations').glob('[!.]*_exp.npy')  # no hidden files
    known = {path.name.removesuffix('_exp.npy') for path in annotated}
    for stems, there, absent in (
        (known - set(images), 'annotations/{}_exp.npy', 'images/{}.jpg'),
        (set(images) - known, 'images/{}.jpg', 'annotations/{}_exp.npy'),
    ):
        if stems:
            first = min(stems)
            raise FileNotFoundError(
                f'"{folder}": for {len(stems)} images, one of two files is missing, such as '
                f'{absent.format(first)} for {there.format(first)}. Unpack the archive again.'
            )
    for stem in sorted(images, key=lambda stem: (len(stem), stem)):
        stub = folder / 'annotations' / stem
        where = f'{stub}_exp.npy'
        sample: Sample = {
            'img_path': str(images[stem]),
            'gt_label': parse_code(_load(stub, 'exp'), where),
            'where': where,
        }
        if annotations and sample['gt_label'] in EXPRESSIONS:
            sample |= parse_affect(_load(stub, 'val'), _load(stub, 'aro'), f'{stub}_val|aro.npy')
            sample['landmarks'] = parse_landmarks(_load(stub, 'lnd'), f'{stub}_lnd.npy')
        yield sample


def _load(stub: Path, kind: str) -> str:
    """Read an annotation as text with ``;`` between numbers, as in the older form."""
    path = Path(f'{stub}_{kind}.npy')
    if not path.is_file():
        raise FileNotFoundError(
            f'There is no file "{path}". Unpack the annotations again, or set annotations=False.'
        )
    if path.stat().st_size > MOST_NPY_BYTES:
        raise ValueError(
            f'{path} has {path.stat().st_size} bytes, more than {MOST_NPY_BYTES}. Unpack the '
            'annotations again.'
        )
    try:
        return ';'.join(map(str, np.load(path, allow_pickle=False).ravel()))
    except MemoryError as error:
        raise ValueError(
            f'{path}: the header declares too much data. Unpack the file again.'
        ) from error
    # NumPy parses the header as Python, so a damaged file may raise any error.
    except Exception as error:
        raise ValueError(f'{path}: {error}. Unpack the annotations again.') from error


def parse_code(text: str, where: str) -> int:
    """The code of an expression, 0 to 10."""
    code = parse_numbers(text, 1, 'expression', where)[0]
    if code not in CODES:
        raise ValueError(
            f'{where}: the expression {text} is not one of {CODES[0]} to {CODES[-1]}. Correct or '
            'remove the annotation.'
        )
    return int(code)


def parse_numbers(text: str, count: int, field: str, where: str) -> np.ndarray:
    """Parse ``count`` finite numbers with ``;`` between them."""
    parts = text.split(';')
    try:
        numbers = np.array(parts, dtype=np.float32)
    except ValueError as error:
        raise ValueError(f'{where}: {field}: {error}. Correct or remove the annotation.') from error
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ValueError(
            f'{where}: {field} has {np.isfinite(numbers).sum()} numbers instead of {count}. '
            'Correct or remove the annotation.'
        )
    return numbers


def parse_landmarks(text: str, where: str) -> np.ndarray:
    """The 68 points of ``x1;y1;x2;y2;...``, (68, 2) in pixels."""
    return parse_numbers(text, 2 * LANDMARKS, 'facial_landmarks', where).reshape(LANDMARKS, 2)


def parse_affect(valence: str, arousal: str, where: str) -> Sample:
    """Valence and arousal, if annotated."""
    result = {}
    for name, text in (('valence', valence), ('arousal', arousal)):
        value = float(parse_numbers(text, 1, name, where)[0])
        if value == NOT_ANNOTATED:
            continue
        if not -1 <= value <= 1:
            raise ValueError(
                f'{where}: {name} {value:g} is not between -1 and 1. Correct or remove the '
                'annotation.'
            )
        result[name] = value
    return result
