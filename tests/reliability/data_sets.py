"""The readers of data sets, with small intact data sets in their official layouts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.datasets import (
    CASME2,
    FER2013,
    IFER,
    RAFDB,
    SAMM,
    AffectNet,
    CASMESquared,
    CelebA,
    CocoExpression,
    ExpressionFolder,
    FERPlus,
    FGEmotions,
    MSCeleb1M,
    Photographs,
)
from mmfer.labels import IFER_CLASSES
from tests.datasets.casme2_files import row, write_clip, write_coding
from tests.datasets.clip_files import WrittenClip, write_clips
from tests.datasets.disk import coco_data, write_fg_emotions, write_image, write_json
from tests.datasets.official import (
    celeba_values,
    face_pixels,
    write_affectnet_csv,
    write_affectnet_npy,
    write_celeba,
    write_ferplus,
    write_ferplus_folders,
    write_ifer,
    write_pack,
)
from tests.datasets.readers.test_photographs import write_photographs
from tests.datasets.readers.test_rafdb import write_rafdb
from tests.reliability.run_mutations import Target

LOAD = [dict(type='LoadExpressionImage')]
VOTES = [tuple(10 if k == c else 0 for k in range(10)) for c in range(8)]
EMOTIONS = ('others', 'disgust', 'happiness', 'repression', 'surprise')
NUMBERS = ('landmarks', 'landmark_scores', 'landmarks5', 'face_box', 'gt_score', 'valence')


def check_dataset(data: Any) -> None:
    """Read all samples of a data set, and its first image.

    Raises:
        AssertionError: If a sample has an impossible value.
    """
    classes = len(data.metainfo['classes'])
    for i in range(len(data)):
        sample = data.get_data_info(i)
        assert isinstance(sample['img_path'], str)
        for name in NUMBERS:
            assert np.isfinite(sample.get(name, 0)).all(), name
        for name in ('gt_label', 'clean_label'):
            label = sample.get(name, 0)
            assert np.ndim(label) > 0 or 0 <= label < classes, name
    assert data[0]['img'].dtype == np.uint8


def reading(
    reader: Callable[..., Any], split: str = 'train', **options: Any
) -> Callable[[Path], None]:
    def read(root: Path) -> None:
        report = str(root.parent / 'broken.txt')
        data = reader(str(root), split, pipeline=LOAD, broken_report=report, **options)
        check_dataset(data)

    return read


def lenient(
    reader: Callable[..., Any], split: str = 'train', **options: Any
) -> Callable[[Path], None]:
    """Reading that goes on without a class, and so further into the files."""
    return reading(reader, split, empty_classes='warn', **options)


def write_folder_csv(root: Path) -> None:
    rows = ['path,label,subject']
    for i in range(4):
        write_image(root / f'{i}.png', seed=i)
        rows.append(f'{i}.png,{("calm", "glad")[i % 2]},p{i // 2}')
    (root / 'train.csv').write_text('\n'.join(rows) + '\n')


def write_coco(root: Path) -> None:
    names = [f'{i}.png' for i in range(3)]
    for i, name in enumerate(names):
        write_image(root / 'images' / name, seed=i)
    write_json(root / 'annotations' / 'train.json', coco_data(names))


def write_fer2013(root: Path) -> None:
    lines = ['emotion,pixels,Usage']
    for i in range(7):
        lines.append(f'{i},{" ".join(map(str, face_pixels(i).ravel()))},Training')
    (root / 'fer2013.csv').write_text('\n'.join(lines) + '\n')


def write_own_labels(root: Path) -> None:
    write_ferplus_folders(root, VOTES)
    rows = [f'{path.name},{i % 7}' for i, path in enumerate(sorted(root.rglob('*.png')))]
    (root / 'fer2013_labels.csv').write_text('\n'.join(['image,emotion', *rows]) + '\n')


def write_casme2(root: Path) -> None:
    clips = [(who, f'EP01_{i:02}') for who in ('01', '02') for i in range(5)]
    write_coding(root, [row(w, c, 3, 4, 5, '4', EMOTIONS[int(c[-1])]) for w, c in clips])
    for who, clip in clips:
        write_clip(root, f'sub{who}/{clip}', range(3, 6))
    spotted = {f'sub{who}/{clip}': 4 for who, clip in clips}
    write_json(root / 'annotations' / 'spotted_apex.json', spotted)


def write_samm(root: Path) -> None:
    clips = [
        WrittenClip(who, f'{who}_1_{i}', emotion, f'{who}/{who}_1_{i}')
        for who in ('006', '007')
        for i, emotion in enumerate(('Anger', 'Contempt', 'Happiness', 'Other', 'Surprise'))
    ]
    write_clips(root, SAMM.RELEASE, clips)


def write_casme_squared(root: Path) -> None:
    clips = [
        WrittenClip(i, f'anger1_{i}', emotion, f'rawpic/s{14 + i}/{14 + i}_0401x')
        for i, emotion in enumerate(('negative', 'others'), 1)
    ]
    write_clips(root, CASMESquared.RELEASE, clips)


def write_split(root: Path) -> None:
    write_ifer(root)
    IFER(str(root), 'train')


def write_ifer_csv(root: Path) -> None:
    write_ifer(root)
    rows = [f'{name}/{i}.jpg,{name},baby{i}' for name in IFER_CLASSES for i in range(5)]
    (root / 'ifer.csv').write_text('path,label,subject\n' + '\n'.join(rows) + '\n')


def read_ifer_csv(root: Path) -> None:
    """Draws a new split."""
    (root / 'split_seed0.json').unlink(missing_ok=True)
    lenient(IFER)(root)


def write_sidecar(root: Path) -> None:
    """A sidecar with all fields for an image of each class."""
    names = write_fgemotions(root)
    data = coco_data(names)
    fine = ('worry', 'panic', 'anger', 'hate')
    data['categories'] = [{'id': i, 'name': name} for i, name in enumerate(fine)]
    for annotation, name in zip(data['annotations'], names, strict=True):
        annotation['category_id'] = fine.index(name.split('/')[1])
    data['alignment'] = {'type': 'five_point', 'size': 112}
    write_json(root / 'annotations' / 'train.json', data)


def write_fgemotions(root: Path) -> list[str]:
    tree = write_fg_emotions(root, 1)
    (root / 'tree.json').write_text(Path(tree).read_text())
    return sorted(str(path.relative_to(root)) for path in (root / 'train').rglob('*.png'))


def read_fgemotions(root: Path) -> None:
    lenient(FGEmotions, label_tree=str(root / 'tree.json'), soft_labels=_has_sidecar(root))(root)


def _has_sidecar(root: Path) -> bool:
    return (root / 'annotations').is_dir()


def read_all_records(root: Path) -> None:
    data = MSCeleb1M(str(root), pipeline=LOAD, broken_report=str(root.parent / 'broken.txt'))
    check_dataset(data)
    for i in range(len(data)):
        assert data[i]['img'].dtype == np.uint8


def write_one_person(root: Path) -> None:
    write_celeba(root, celeba_values(6))


FOLDER = dict(classes=['calm', 'glad'])
AFFECTNET_NPY: Sequence[str] = ('train_set/annotations/*.npy',)
DATA_SETS = [
    Target('affectnet_csv', write_affectnet_csv, ('training.csv',), lenient(AffectNet)),
    Target('affectnet_npy', write_affectnet_npy, tuple(AFFECTNET_NPY), lenient(AffectNet)),
    Target('casme2', write_casme2, ('*.xlsx',), lenient(CASME2)),
    Target(
        'casme2_spotted',
        write_casme2,
        ('annotations/*.json',),
        lenient(CASME2, frame='spotted'),
    ),
    Target('casme_squared', write_casme_squared, ('*.xlsx',), lenient(CASMESquared)),
    Target('celeba', write_one_person, ('*.txt',), reading(CelebA)),
    Target('celeba_csv', lambda root: write_celeba(root, csv=True), ('*.csv',), reading(CelebA)),
    Target(
        'coco',
        write_coco,
        ('annotations/*.json',),
        lenient(CocoExpression, img_prefix='images', soft_labels=True),
    ),
    Target(
        'expression_folder', write_folder_csv, ('train.csv',), lenient(ExpressionFolder, **FOLDER)
    ),
    Target('fer2013', write_fer2013, ('*.csv',), lenient(FER2013)),
    Target('ferplus_tables', lambda root: write_ferplus(root, VOTES), ('*.csv',), lenient(FERPlus)),
    Target(
        'ferplus_folders',
        write_own_labels,
        ('FER2013Train/*.csv', 'fer2013_labels.csv'),
        lenient(FERPlus, labels='fer2013'),
    ),
    Target('fgemotions_tree', write_fgemotions, ('tree.json',), read_fgemotions),
    Target('sidecar', write_sidecar, ('annotations/*.json',), read_fgemotions),
    Target('split', write_split, ('split_seed0.json',), lenient(IFER)),
    Target('ifer_csv', write_ifer_csv, ('ifer.csv',), read_ifer_csv),
    Target('records', write_pack, ('train.*', 'property'), read_all_records),
    Target('photographs', write_photographs, ('labels.csv',), lenient(Photographs, 'test')),
    Target(
        'rafdb',
        write_rafdb,
        ('EmoLabel/*.txt', 'Annotation/*/train*.txt'),
        lenient(RAFDB, image='original'),
    ),
    Target('samm', write_samm, ('*.xlsx',), lenient(SAMM)),
]
