import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import CASME2
from mmfer.datasets.face_jobs import sidecar_jobs
from mmfer.faces import Face, ImageFaces, write_sidecar
from tests.datasets.casme2_files import row, write_clip, write_coding

EMOTIONS = ('others', 'disgust', 'happiness', 'repression', 'surprise', 'sadness', 'fear')


def write_clips(root: Path) -> Path:
    """Write three subjects with a clip of each emotion."""
    rows = []
    for subject in ('01', '02', '03'):
        for i, emotion in enumerate(EMOTIONS):
            rows.append(row(subject, f'EP01_{i:02d}', 3, 5, 8, '4', emotion))
            write_clip(root, f'sub{subject}/EP01_{i:02d}', range(3, 9))
    write_coding(root, rows)
    return root


def infos(data: CASME2) -> list[dict]:
    return [data.get_data_info(i) for i in range(len(data))]


def test_oddities_are_reported_for_each_clip(rendered_casme2: Path) -> None:
    truth = json.loads((rendered_casme2 / 'annotations' / 'truth.json').read_text())
    odd = truth.pop('oddities')
    data = CASME2(str(rendered_casme2), num_classes=3, empty_classes='warn')
    same = (
        *('apex_slash', 'integer_subject', 'capitalised_emotion', 'unknown_action_units'),
        *('no_emotion', 'offset_before_apex', 'missing_clip', 'missing_frame'),
    )
    for kind in same:
        assert odd[kind] and data.report[kind] == odd[kind], kind
    assert data.report.get('numeric_action_units', []) == odd['numeric_action_units']
    assert odd['apex_slash'] == data.report['no_apex']
    three = {'happiness': 'positive', 'surprise': 'surprise'}
    other = {name for name, clip in truth.items() if clip['emotion'] == 'others'}
    gone = {*odd['apex_slash'], *odd['no_emotion'], *odd['missing_clip'], *other}
    read = {info['clip']: info for info in infos(data)}
    assert read.keys() == truth.keys() - gone
    for name, info in read.items():
        clip = truth[name]
        assert data.metainfo['classes'][info['gt_label']] == three.get(clip['emotion'], 'negative')
        assert (info['onset'], info['apex']) == (clip['onset'], clip['apex'])
        assert Path(info['img_path']).name == f'img{clip["apex"]}.jpg'
        assert info['subject'] == name.split('/')[0]
        assert info['landmarks'].shape == (68, 2)


def test_a_missing_midway_frame_is_replaced_by_a_nearby_frame(rendered_casme2: Path) -> None:
    data = CASME2(str(rendered_casme2), frame='midway', empty_classes='warn')
    (gap,) = data.report['missing_frame']
    name, number = gap.rsplit('/', 1)[0], int(gap.rsplit('img', 1)[1].removesuffix('.jpg'))
    assert data.report['nearby_frame'] == [f'{name}/img{number - 1}.jpg for img{number}.jpg']
    for info in infos(data):
        middle = (info['onset'] + info['apex']) // 2
        assert info['frame'] == (number - 1 if info['clip'] == name else middle)


def test_an_apex_of_a_slash_is_accepted_for_other_frames(rendered_casme2: Path) -> None:
    data = CASME2(str(rendered_casme2), num_classes=3, frame='onset', empty_classes='warn')
    read = {info['clip']: info for info in infos(data)}
    assert 'no_apex' not in data.report
    assert all(read[name]['apex'] is None for name in data.report['apex_slash'])


def test_the_log_reports_left_out_clips(rendered_casme2: Path, log: list[str]) -> None:
    data = CASME2(str(rendered_casme2), empty_classes='warn')
    (told,) = [message for message in log if 'the frame "apex"' in message]
    for kind, names in data.report.items():
        assert f'{kind}, {len(names)}, ' in told
        assert all(name in told for name in names)
    assert 'no_emotion, 1, left out' in told
    assert 'integer_subject, 2, noted' in told


@pytest.mark.parametrize(
    ('number', 'classes', 'left_out'),
    [
        (5, ('others', 'disgust', 'happiness', 'repression', 'surprise'), {'sadness', 'fear'}),
        (3, ('negative', 'positive', 'surprise'), {'others'}),
    ],
)
def test_classes_are_those_of_five_or_three(
    tmp_path: Path, number: int, classes: tuple, left_out: set[str]
) -> None:
    data = CASME2(str(write_clips(tmp_path)), num_classes=number)
    assert data.metainfo['classes'] == classes
    assert {info['emotion'] for info in infos(data)} == set(EMOTIONS) - left_out
    negative = {'disgust', 'repression', 'sadness', 'fear'}
    for info in infos(data):
        name = classes[info['gt_label']]
        if number == 5 or info['emotion'] == 'surprise':
            assert name == info['emotion']
        else:
            assert name == ('negative' if info['emotion'] in negative else 'positive')
    assert len(data.report['other_emotion']) == 3 * len(left_out)


def shown(root: Path, split: str, **options: object) -> list[str]:
    data = CASME2(str(root), split, **options)
    return sorted({info['subject'] for info in infos(data)})


def test_no_subject_is_in_two_parts(tmp_path: Path) -> None:
    root = write_clips(tmp_path)
    everyone = ['sub01', 'sub02', 'sub03']
    assert shown(root, 'train') == shown(root, 'test') == everyone
    held = {'test_subjects': ['sub02']}
    assert shown(root, 'train', **held) == ['sub01', 'sub03']
    assert shown(root, 'test', **held) == shown(root, 'val', **held) == ['sub02']
    assert shown(root, 'test', test_subjects='sub02') == ['sub02']
    assert shown(root, 'trainval', **held) == everyone
    # A fold of the cross validation chooses.
    assert shown(root, 'train', **held, subjects=['sub02', 'sub03']) == ['sub02', 'sub03']
    inner = shown(root, 'train', **held, val_ratio=0.5), shown(root, 'val', **held, val_ratio=0.5)
    assert sorted(inner) == [['sub01'], ['sub03']]
    assert set(shown(root, 'train', test_subjects=['sub04'], subjects=['sub01'])) == {'sub01'}
    with pytest.raises(ValueError, match='test_subjects contains sub04, but'):
        shown(root, 'train', test_subjects=['sub04'])


def test_a_subject_of_one_class(tmp_path: Path) -> None:
    write_clips(tmp_path)
    rows = [row('01', f'EP01_{i:02d}', 3, 5, 8, '4', e) for i, e in enumerate(EMOTIONS)]
    write_coding(tmp_path, [*rows, row('02', 'EP01_01', 3, 5, 8, '4', 'disgust')])
    data = CASME2(str(tmp_path), subjects=['sub02'])
    assert [info['gt_label'] for info in infos(data)] == [1]


def test_spotted_apexes(rendered_casme2: Path, tmp_path: Path) -> None:
    root = tmp_path / 'casme2'
    shutil.copytree(rendered_casme2, root)
    with pytest.raises(FileNotFoundError, match=f'mmfer spot-apex --dataset {root}'):
        CASME2(str(root), frame='spotted')
    annotated = infos(CASME2(str(root), empty_classes='warn'))
    spotted = {info['clip']: info['onset'] + 3 for info in annotated}
    first = annotated[0]['clip']
    spotted = {
        info['clip']: info['onset'] + 3 for info in infos(CASME2(str(root), empty_classes='warn'))
    }
    del spotted[first]
    (root / 'annotations' / 'spotted_apex.json').write_text(json.dumps(spotted))
    data = CASME2(str(root), frame='spotted', empty_classes='warn')
    assert {info['clip']: info['frame'] for info in infos(data)} == spotted
    assert first in data.report['not_spotted']
    other = {name: number + 1 for name, number in spotted.items()}
    (root / 'annotations' / 'other.json').write_text(json.dumps(other))
    data = CASME2(str(root), frame='spotted', spotted='other.json', empty_classes='warn')
    assert {info['clip']: info['frame'] for info in infos(data)} == other
    with pytest.raises(ValueError, match='Give a name without a folder'):
        CASME2(str(root), spotted='annotations/other.json')


def test_every_frame_can_be_prepared_also_without_a_label(rendered_casme2: Path) -> None:
    (pictures,) = sidecar_jobs('casme2', rendered_casme2).values()
    there = {p.relative_to(rendered_casme2).as_posix() for p in rendered_casme2.rglob('img*.jpg')}
    (unlabelled,) = CASME2(str(rendered_casme2), empty_classes='warn').report['no_emotion']
    assert any(f'/{unlabelled}/' in name for name in there)
    assert {picture.name for picture in pictures} == there


def write_faces(root: Path, without: Sequence[str]) -> None:
    """Write a sidecar with a face in every frame but some; boxes begin at the frame's number."""
    images = []
    for path in sorted(root.rglob('img*.jpg')):
        name = path.relative_to(root).as_posix()
        points = float(path.stem[3:]) + np.arange(136).reshape(68, 2) % 20
        face = Face(np.array([1.0, 2, 20, 25]), 0.9, None, points, np.ones(68))
        missing = any(part in name for part in without)
        images.append(ImageFaces(name, 34, 28, () if missing else (face,)))
    (root / 'annotations').mkdir(exist_ok=True)
    write_sidecar(root / 'annotations' / 'faces.json', images)


def test_soft_labels_where_every_frame_has_a_face(tmp_path: Path) -> None:
    root = write_clips(tmp_path / 'casme2')
    write_faces(root, [])
    path = root / 'annotations' / 'faces.json'
    sidecar = json.loads(path.read_text())
    for face in sidecar['annotations']:
        face['distribution'] = {'others': 0.75, 'disgust': 0.25}
    path.write_text(json.dumps(sidecar))
    data = CASME2(str(root), soft_labels=True)
    assert all(info['gt_score'].tolist() == [0.75, 0.25, 0, 0, 0] for info in infos(data))
    assert not {'lent_face', 'no_face'} & data.report.keys()


def test_a_frame_without_a_face_gets_the_face_of_the_nearest_frame(
    tmp_path: Path, log: list[str]
) -> None:
    root = write_clips(tmp_path / 'casme2')
    gone = 'sub01/EP01_00/img4', 'sub01/EP01_00/img5', 'sub02/EP01_01/img5'
    write_faces(root, gone)
    data = CASME2(str(root), pipeline=[dict(type='AlignFace', size=32)])
    placed = {info['clip']: info['landmarks'][0, 0] for info in infos(data)}
    assert placed.pop('sub01/EP01_00') == 6 and placed.pop('sub02/EP01_01') == 4
    assert set(placed.values()) == {5} and len(placed) == 13
    lent = ['sub01/EP01_00/img6.jpg', 'sub02/EP01_01/img4.jpg']
    assert data.report['lent_face'] == lent
    assert any('lent_face, 2, ' in line and ', '.join(lent) in line for line in log)
    write_faces(root, [f'sub03/EP01_{i:02d}/img5' for i in range(7)])
    whole = CASME2(str(root), 'test', test_subjects=['sub03'])
    assert len(whole.report['lent_face']) == len(whole) == 5


def test_a_clip_without_any_face_is_named_and_refused_if_needed(
    tmp_path: Path, log: list[str]
) -> None:
    root = write_clips(tmp_path / 'casme2')
    write_faces(root, ['sub03/EP01_02'])
    data = CASME2(str(root))
    assert len(data) == 15
    assert data.report['no_face'] == ['sub03/EP01_02']
    assert any('no_face, 1, ' in line for line in log)
    pipeline = [dict(type='LoadExpressionImage'), dict(type='AlignFace', size=32)]
    with pytest.raises(ValueError, match='1 of 15 images have no landmarks.* AlignFace .*EP01_02'):
        CASME2(str(root), pipeline=pipeline)
    kept = CASME2(str(root), pipeline=pipeline, faceless='leave_out')
    assert kept.faceless_images == ['sub03/EP01_02']
    assert len([kept[i]['img'] for i in range(14)]) == len(kept) == 14


def test_a_clip_in_two_rows_is_prepared_once(tmp_path: Path) -> None:
    write_clip(tmp_path, 'sub01/EP01_01', range(3, 9))
    write_coding(tmp_path, [row('01', 'EP01_01', 3, 5, 8, '4', 'others')] * 2)
    (pictures,) = sidecar_jobs('casme2', tmp_path).values()
    assert len(pictures) == 6


def test_faulty_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        CASME2(str(tmp_path / 'no'))
    for part in ('Institute of Psychology', 'img46.jpg', f'casme2 {tmp_path}/no --preset standard'):
        assert part in str(caught.value)
    root = write_clips(tmp_path / 'casme2')
    for option, value in (('num_classes', 4), ('frame', 'peak')):
        with pytest.raises(ValueError, match=f'{option}={value!r}'):
            CASME2(str(root), **{option: value})
    write_coding(root, [row('01', 'EP01_00', 3, 5, 8, '4', 'happyness')])
    with pytest.raises(ValueError, match=r'row 2: "happyness" is not a class.*mean happiness'):
        CASME2(str(root))
    write_coding(root, [row('01', 'EP01_00', 3, 5, 8, '4', None)])
    with pytest.raises(ValueError, match='that can be used: sub01/EP01_00 has no emotion. Use the'):
        CASME2(str(root))


def test_frames_in_a_renamed_folder_are_reported(tmp_path: Path) -> None:
    root = write_clips(tmp_path)
    (root / 'CASME2_RAW_selected').rename(root / 'Pictures')
    with pytest.raises(FileNotFoundError) as caught:
        CASME2(str(root))
    for part in (
        'any clip of the coding file (21 are listed)',
        'such as CASME2_RAW_selected/sub01/EP01_00/',
        'Pictures/',
    ):
        assert part in str(caught.value)


def test_unofficial_counts_are_reported(tmp_path: Path, log: list[str]) -> None:
    CASME2(str(write_clips(tmp_path)))
    assert 'not the official CASME II: 21 labelled clips instead of 255' in log[0]
