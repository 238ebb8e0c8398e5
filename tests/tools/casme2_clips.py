"""A small CASME II from a warped photograph, with truth and landmarks."""

import json
from pathlib import Path

import numpy as np
import openpyxl

from mmfer.faces import Face, ImageFaces, write_sidecar
from mmfer.labels.releases import CASME2_CODING_FILE
from tests.faces.photo_clips import photo_clip, photo_landmarks, write_frames

FIRST, COUNT, APEXES = 5, 18, (7, 10)


def write_dataset(root: Path) -> Path:
    """Write two clips, from frame 5 on; the folder of the third clip is missing."""
    book = openpyxl.Workbook()
    book.active.append(['Subject', 'Filename', None, 'OnsetFrame', 'ApexFrame', 'OffsetFrame'])
    truth, images = {}, []
    face = Face(np.array([40.0, 60, 230, 300]), 0.9, None, photo_landmarks(), np.ones(68))
    for number, apex in enumerate((*APEXES, 9), 1):
        name = f'sub{number:02}/EP01_01'
        span = FIRST, FIRST + apex, FIRST + COUNT - 1
        book.active.append([f'{number:02}', 'EP01_01', None, *span])
        fields = ('onset', 'apex', 'offset')
        truth[name] = dict(zip(fields, span, strict=True), intensity=0.3 + 0.1 * number)
        if number > len(APEXES):
            continue
        folder = root / 'CASME2_RAW_selected' / name
        write_frames(folder, photo_clip(COUNT, apex, pixels=3), FIRST)
        images += [
            ImageFaces(str(path.relative_to(root)), 280, 340, (face,)) for path in folder.iterdir()
        ]
    book.save(root / CASME2_CODING_FILE)
    (root / 'annotations').mkdir()
    write_sidecar(root / 'annotations' / 'faces.json', images)
    (root / 'annotations' / 'truth.json').write_text(json.dumps(truth))
    return root
