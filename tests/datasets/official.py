"""Write small data sets in their official layouts."""

import io
import json
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from tests.datasets.disk import write_image

AFFECTNET_HEAD = (
    'subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,'
    'valence,arousal\n'
)
VOTES_HEAD = (
    'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n'
)
ATTRIBUTES_HEAD = (
    '5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose '
    'Black_Hair Blond_Hair Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee '
    'Gray_Hair Heavy_Makeup High_Cheekbones Male Mouth_Slightly_Open Mustache Narrow_Eyes '
    'No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks Sideburns Smiling '
    'Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace '
    'Wearing_Necktie Young'
)
POINTS_HEAD = (
    'lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y rightmouth_x '
    'rightmouth_y'
)
MAGIC = 0xCED7230A


def landmark_text(start: int = 0) -> str:
    return ';'.join(f'{start + i / 4:.2f}' for i in range(136))


def affectnet_row(name: str, code: object, points: str | None = None) -> str:
    return f'{name},2,3,12,10,{points or landmark_text()},{code},-0.25,0.5\n'


def write_affectnet_csv(root: Path, codes: str = '0 1 2 3 4 5 6 7 8 9 10') -> None:
    """Write the older form, with an image for each expression code in both parts."""
    for part in ('training', 'validation'):
        rows = []
        for i, code in enumerate(codes.split()):
            name = f'{10 + i}/{part}{i}.jpg'
            write_image(root / 'Manually_Annotated_Images' / name, seed=i)
            rows.append(affectnet_row(name, code, landmark_text(i)))
        (root / f'{part}.csv').write_text(AFFECTNET_HEAD + ''.join(rows))


def write_affectnet_npy(root: Path, per_class: int = 1) -> None:
    """Write the form of 2021, whose files hold text."""
    for part in ('train_set', 'val_set'):
        folder = root / part / 'annotations'
        folder.mkdir(parents=True)
        for i in range(8 * per_class):
            write_image(root / part / 'images' / f'{i}.jpg', seed=i)
            np.save(folder / f'{i}_exp.npy', np.array(str(i % 8)))
            np.save(folder / f'{i}_val.npy', np.array('-0.25'))
            np.save(folder / f'{i}_aro.npy', np.array('0.5'))
            np.save(folder / f'{i}_lnd.npy', np.array(landmark_text(i).split(';')))


def face_pixels(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (48, 48))


def write_ferplus(root: Path, votes: list[tuple[int, ...]]) -> None:
    """Write both tables with these rows of votes in each part; NF votes have no image name."""
    root.mkdir(parents=True, exist_ok=True)
    pixels, names, row, number = ['emotion,pixels,Usage\n'], [VOTES_HEAD], 0, 0
    for usage in ('Training', 'PublicTest', 'PrivateTest'):
        for counts in votes:
            values = ' '.join(map(str, face_pixels(row).ravel()))
            pixels.append(f'3,{values},{usage}\n')
            blank = counts[-1] == 10
            name = '' if blank else f'fer{number:07}.png'
            names.append(f'{usage},{name},{",".join(map(str, counts))}\n')
            row += 1
            number += not blank
    (root / 'fer2013.csv').write_text(''.join(pixels))
    (root / 'fer2013new.csv').write_text(''.join(names))


def write_ferplus_folders(
    root: Path, votes: list[tuple[int, ...]], box: str = '(0, 0, 48, 48)'
) -> None:
    """Write the folders of the release's script, with these rows of votes in each."""
    number = 0
    for part in ('Train', 'Valid', 'Test'):
        folder, rows = root / f'FER2013{part}', []
        folder.mkdir(parents=True)
        for counts in votes:
            name = f'fer{number:07}.png'
            Image.fromarray(face_pixels(number).astype(np.uint8)).save(folder / name)
            rows.append(f'{name},"{box}",{",".join(map(str, counts))}\n')
            number += 1
        (folder / 'label.csv').write_text(''.join(rows))


def celeba_values(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], (count, 40))


def write_celeba(root: Path, values: np.ndarray | None = None, csv: bool = False) -> np.ndarray:
    """Write six images, or one for each row of values, in three parts of equal size.

    The lists are text files, or csv copies.
    """
    values = celeba_values(6) if values is None else values
    names = [f'{i + 1:06}.jpg' for i in range(len(values))]
    points = np.arange(10 * len(values)).reshape(-1, 10)
    tables = {
        'list_attr_celeba': (ATTRIBUTES_HEAD, values),
        'list_landmarks_align_celeba': (POINTS_HEAD, points),
        'list_eval_partition': ('partition', np.arange(len(values))[:, None] * 3 // len(values)),
    }
    images = 'img_align_celeba/img_align_celeba' if csv else 'img_align_celeba'
    for i, name in enumerate(names):
        write_image(root / images / name, seed=i, size=(18, 22))
    for stem, (head, numbers) in tables.items():
        if csv:
            text = f'image_id,{head.replace(" ", ",")}\n'
            rows = [','.join([n, *map(str, r)]) for n, r in zip(names, numbers, strict=True)]
        else:
            text = '' if head == 'partition' else f'{len(names)}\n{head} \n'
            # Blanks vary as in the real files.
            rows = [
                f'{n} ' + ' '.join(f'{v:2}' for v in r) for n, r in zip(names, numbers, strict=True)
            ]
        (root / f'{stem}.{"csv" if csv else "txt"}').write_text(text + '\n'.join(rows) + '\n')
    return values


def write_ifer(root: Path, per_class: int = 5) -> None:
    for k, name in enumerate(('happy', 'calm', 'crying', 'sleeping')):
        for i in range(per_class):
            write_image(root / name / f'{i}.jpg', seed=100 * k + i)


def jpeg(seed: int = 0, size: int = 12) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, 'JPEG', quality=95)
    return file.getvalue()


def image_record(label: float | list[float], number: int, image: bytes) -> bytes:
    """The data of a record: flag, label, number, second number, further labels, image."""
    if isinstance(label, list):
        head = struct.pack('<IfQQ', len(label), 0.0, number, 0)
        return head + struct.pack(f'<{len(label)}f', *label) + image
    return struct.pack('<IfQQ', 0, label, number, 0) + image


def frame(data: bytes) -> bytes:
    """A record with its frame; data with the magic number at a multiple of 4 is split there."""
    magic = struct.pack('<I', MAGIC)
    pieces, begin = [], 0
    for at in range(0, len(data) - 3, 4):
        if data[at : at + 4] == magic:
            pieces.append(data[begin:at])
            begin = at + 4
    pieces.append(data[begin:])
    flags = [0] if len(pieces) == 1 else [1, *[2] * (len(pieces) - 2), 3]
    framed = b''
    for flag, piece in zip(flags, pieces, strict=True):
        framed += magic + struct.pack('<I', flag << 29 | len(piece)) + piece
        framed += bytes(-len(piece) % 4)
    return framed


def write_records(folder: Path, records: list[bytes], numbers: list[int] | None = None) -> Path:
    """Write ``train.rec`` with ``train.idx``."""
    folder.mkdir(parents=True, exist_ok=True)
    content, lines = b'', ''
    for number, data in zip(numbers or range(len(records)), records, strict=True):
        lines += f'{number}\t{len(content)}\n'
        content += frame(data)
    (folder / 'train.idx').write_text(lines)
    (folder / 'train.rec').write_bytes(content)
    return folder / 'train.rec'


def write_pack(folder: Path, identities: tuple[int, ...] = (7, 7, 7, 9, 9, 2)) -> Path:
    """Write a pack in InsightFace's format: header, images, and a record for each identity."""
    count = len(identities)
    runs = sorted(dict.fromkeys(identities), key=identities.index)
    records = [image_record([count + 1.0, count + 1.0 + len(runs)], 0, b'')]
    records += [
        image_record(float(label), i + 1, jpeg(i, 12 + i)) for i, label in enumerate(identities)
    ]
    for label in runs:
        first = identities.index(label) + 1
        records.append(image_record([first, first + identities.count(label)], 0, b''))
    (folder).mkdir(parents=True, exist_ok=True)
    (folder / 'property').write_text(f'{len(runs)},112,112\n')
    return write_records(folder, records)


def write_sidecar(path: Path, names: list[str], classes: list[str], labels: list[int]) -> None:
    """Write one face for each image, and two images for each person."""
    data = {
        'images': [
            {'id': i, 'file_name': n, 'width': 20, 'height': 16} for i, n in enumerate(names)
        ],
        'annotations': [
            {
                'id': i,
                'image_id': i,
                'category_id': label,
                'bbox': [1, 2, 8, 9],
                'identity': f'p{i // 2}',
                'distribution': {classes[0]: 1.0},
            }
            for i, label in enumerate(labels)
        ],
        'categories': [{'id': i, 'name': name} for i, name in enumerate(classes)],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))
