"""The readers of files from outside, with small intact files."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from mmfer.apis.result_files import ResultFiles
from mmfer.engine.checkpoint import last_checkpoint, load_from_disk, write_checkpoint
from mmfer.evaluation import Predictions, attribute_report, expression_report
from mmfer.evaluation.clips.apex_error import read_apex_truth
from mmfer.faces import read_image
from mmfer.faces.annotated_copies import annotated_copies
from mmfer.faces.clips.clip import FolderClip
from mmfer.faces.detection.landmarker import read_weights
from mmfer.faces.image_decoder import FORMATS
from mmfer.faces.sidecar import read_sidecar
from mmfer.journal import Journal
from mmfer.labels import LabelTree, WordVectors
from mmfer.synthetic.record import RECORD, claim_folder, known_truth
from mmfer.visualization.plots.curves import read_scalars
from tests.datasets.disk import coco_data, write_image, write_json
from tests.reliability.data_sets import DATA_SETS
from tests.reliability.run_mutations import Target

SUFFIXES = {'JPEG2000': 'jp2', 'PPM': 'ppm', 'TIFF': 'tif'}
GROUPS = [{'gender': 'female'}, {'gender': 'male'}]


def write_predictions(root: Path, attributes: bool = False) -> None:
    truth: list[dict[str, Any]] = [{'gt_label': i % 2, 'pred_label': 0} for i in range(4)]
    if attributes:
        truth = [{'gt_score': [i % 2, None]} for i in range(4)]
    samples = [
        {
            'img_path': f'{i}.png',
            'sample_idx': i,
            'pred_scores': [0.75, 0.25],
            'group': GROUPS[i % 2],
            **row,
        }
        for i, row in enumerate(truth)
    ]
    Predictions(['a', 'b'], samples, ['c'], [0, 0]).save(root / 'predictions.json')


def report_predictions(root: Path) -> None:
    found = Predictions.load(root / 'predictions.json')
    if found.of_attributes:
        report = attribute_report(
            found.scores, found.targets, found.classes, found.mask, found.groups, min_group=1
        )
    else:
        report = expression_report(
            found.scores,
            found.labels,
            found.classes,
            found.coarse_classes,
            found.parents,
            groups=found.groups,
            min_group=1,
        )
    json.dumps(report, allow_nan=False)


def checkpoint_bytes(archive: bool = True) -> bytes:
    state = {'weight': torch.arange(6.0).reshape(2, 3), 'bias': torch.ones(2)}
    content = {'meta': {'epoch': 1, 'iter': 3, 'seed': 0}, 'state_dict': state, 'optimizer': {}}
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=archive)
    return file.getvalue()


def write_work_dir(root: Path) -> None:
    for epoch in (1, 2):
        write_checkpoint(root / f'epoch_{epoch}.pth', checkpoint_bytes())
    (root / 'last_checkpoint').write_text(str(root / 'epoch_2.pth'))


def read_last(root: Path) -> None:
    found = last_checkpoint(root)
    assert found is None or found.parent == root


def write_faces(root: Path) -> None:
    data = coco_data(['a.png', 'b.png'])
    data['alignment'] = {'type': 'five_point', 'size': 112}
    write_json(root / 'faces.json', data)


def check_faces(root: Path) -> None:
    for image in read_sidecar(root / 'faces.json')[0]:
        assert isinstance(image.file_name, str)
        for face in image.faces:
            assert np.isfinite(face.bbox).all()
            assert face.landmarks68 is None or np.isfinite(face.landmarks68).all()


def write_npz(root: Path) -> None:
    np.savez(root / 'weights.npz', weight=np.zeros((3, 2), np.float16), bias=np.ones(2, np.float32))


def read_npz(root: Path) -> None:
    expected = {'weight': torch.zeros(3, 2), 'bias': torch.zeros(2)}
    found = read_weights(root / 'weights.npz', expected)
    assert all(value.isfinite().all() for value in found.values())


def write_frames(root: Path) -> None:
    for number in range(3):
        write_image(root / 'clip' / f'img{number}.jpg', number)


def read_frames(root: Path) -> None:
    for frame in FolderClip(root / 'clip').read():
        assert frame.dtype == np.uint8


def write_picture(form: str) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (16, 20, 3), np.uint8)
        options: dict[str, Any] = {}
        if form in ('JPEG', 'PNG', 'WEBP', 'TIFF', 'AVIF'):
            exif = Image.Exif()
            exif[0x0112] = 6
            options['exif'] = exif
        image = Image.fromarray(noise)
        for mode in ('RGB', 'L', 'RGBA', 'P', 'I;16', 'CMYK'):
            name = f'{mode.replace(";", "")}.{SUFFIXES.get(form, form.lower())}'
            try:
                if mode == 'I;16':
                    wide = Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
                    wide.save(root / name, form, **options)
                else:
                    image.convert(mode).save(root / name, form, **options)
            except (OSError, ValueError, KeyError):
                (root / name).unlink(missing_ok=True)

    return write


def read_pictures(root: Path) -> None:
    for path in sorted(root.iterdir()):
        pixels = read_image(path)
        assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3


def write_text(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text)


def write_results(root: Path) -> None:
    lines = [{'model': 'a', 'faces': False}]
    lines += [
        {'state': [1, 2], 'annotated': ['a.png'], 'failed': False, 'result': {'img_path': f'{i}'}}
        for i in range(3)
    ]
    (root / 'results.jsonl').write_text(''.join(f'{json.dumps(line)}\n' for line in lines))


SCALARS = ''.join(
    json.dumps({'loss': 1 / (i + 1), 'lr': 0.1, 'iter': i, 'step': i, 'epoch': 1}) + '\n'
    for i in range(4)
)
TRUTH = {
    f'sub01/EP0{i}': {'onset': 3, 'apex': 5, 'offset': 9, 'intensity': 0.5, 'emotion': 'fear'}
    for i in range(3)
}
DESCRIPTION = {'renderer': 'a', 'layout': 'rafdb', 'seed': 0, 'images': 2}


def write_rendering(root: Path) -> None:
    (root / RECORD).write_text(json.dumps({**DESCRIPTION, 'complete': False}))
    write_json(root / 'annotations' / 'train.json', {'annotations': [{'image_id': 1}]})
    (root / 'annotations' / 'train.partial.jsonl').write_text('{"image_id": 2}\n')


def read_rendering(root: Path) -> None:
    claim_folder(root, DESCRIPTION)
    known_truth(root, 'train')


VECTORS = ''.join(f'{word} 0.5 -1.25 3e-2\n' for word in ('anger', 'fear', 'joy'))
TREE = json.dumps({'fear': ['worry', 'panic'], 'anger': ['anger', 'hate']})
IMAGES = [
    Target(f'picture_{form.lower()}', write_picture(form), ('*',), read_pictures)
    for form in ('JPEG', *(form for form in FORMATS if form != 'HEIF'))
]
FILES = [
    Target('predictions', write_predictions, ('*.json',), report_predictions),
    Target(
        'predictions_of_attributes',
        lambda root: write_predictions(root, attributes=True),
        ('*.json',),
        report_predictions,
    ),
    Target(
        'checkpoint',
        lambda root: (root / 'a.pth').write_bytes(checkpoint_bytes()),
        ('*.pth',),
        lambda root: load_from_disk(str(root / 'a.pth')),
    ),
    Target(
        'checkpoint_of_old_torch',
        lambda root: (root / 'a.pth').write_bytes(checkpoint_bytes(archive=False)),
        ('*.pth',),
        lambda root: load_from_disk(str(root / 'a.pth')),
    ),
    Target('work_dir', write_work_dir, ('*',), read_last),
    Target('faces', write_faces, ('*.json',), check_faces),
    Target('npz', write_npz, ('*.npz',), read_npz),
    Target('frames', write_frames, ('clip/*',), read_frames),
    Target(
        'word_vectors',
        write_text('v.txt', VECTORS),
        ('*',),
        lambda root: WordVectors.load(root / 'v.txt'),
    ),
    Target(
        'label_tree',
        write_text('t.json', TREE),
        ('*',),
        lambda root: LabelTree.load(root / 't.json'),
    ),
    Target(
        'apex_truth',
        write_text('t.json', json.dumps(TRUTH)),
        ('*',),
        lambda root: read_apex_truth(root / 't.json'),
    ),
    Target(
        'scalars',
        write_text('s.jsonl', SCALARS),
        ('*',),
        lambda root: read_scalars(root / 's.jsonl'),
    ),
    Target(
        'journal',
        write_text('j.jsonl', '{"seed": 0}\n{"name": "a", "score": 0.5}\n'),
        ('*',),
        lambda root: Journal(root / 'j.jsonl', {'seed': 0}),
    ),
    Target(
        'results',
        write_results,
        ('*',),
        lambda root: (annotated_copies(root), ResultFiles(root, {'model': 'a', 'faces': False})),
    ),
    Target('rendering', write_rendering, ('*.json', 'annotations/*'), read_rendering),
]
TARGETS = [*DATA_SETS, *FILES, *IMAGES]
