import shutil
from pathlib import Path

import pytest

from mmfer.datasets import CASME2, CASME3, MMEW, SAMM, SMIC, CASMESquared, FaceDataset
from mmfer.datasets.face_jobs import sidecar_jobs
from mmfer.datasets.readers.clip_release.spans import read_spans, release_of
from tests.datasets.clip_files import WrittenClip, write_clips


def infos(data: FaceDataset) -> list[dict]:
    return [data.get_data_info(i) for i in range(len(data))]


def read(reader: type, root: Path, **options: object) -> list[dict]:
    return infos(reader(str(root), empty_classes='warn', **options))


def write_smic(root: Path, base: str = 'SMIC_all_cropped/HS') -> Path:
    clips = [
        WrittenClip(
            f's{who}',
            f's{who}_{short}_01',
            emotion,
            f'{base}/s{who}/micro/{emotion}/s{who}_{short}_01',
        )  # fmt: skip
        for who in (1, 12)
        for short, emotion in (('ne', 'negative'), ('po', 'positive'), ('sur', 'surprise'))
    ]
    return write_clips(root, SMIC.RELEASE, clips)


def write_samm(root: Path) -> Path:
    emotions = ('Anger', 'Happiness', 'Surprise', 'Other', 'Contempt')
    return write_clips(
        root,
        SAMM.RELEASE,
        [
            WrittenClip(subject, f'{subject}_1_{i}', emotion, f'{subject}/{subject}_1_{i}')
            for subject in ('006', '007')
            for i, emotion in enumerate(emotions, 2)
        ],
    )


SQUARED = [
    WrittenClip(1, 'anger1_1', 'negative', 'rawpic/s15/15_0401girlcrashing'),
    WrittenClip(1, 'anger1_2', 'others', 'rawpic/s15/15_0401girlcrashing', 5, 6, 9),
    WrittenClip(2, 'disgust1_1', 'surprise', 'rawpic/s16/16_0101disgustingteeth', 2, 4, 0),
    WrittenClip(2, 'disgust1_2', 'positive', 'rawpic/s16/16_0101disgustingteeth', 2, 0, 8),
    WrittenClip(
        2, 'disgust1_3', 'negative', 'rawpic/s16/16_0101disgustingteeth', kind='macro-expression'
    ),
]


def test_smic_is_read_from_its_folders(tmp_path: Path) -> None:
    root = write_smic(tmp_path)
    data = SMIC(str(root), frame='pair')
    assert data.metainfo['classes'] == ('negative', 'positive', 'surprise')
    assert {info['clip'] for info in infos(data)} >= {'s01/s1_ne_01', 's12/s12_sur_01'}
    for info in infos(data):
        assert (info['onset'], info['apex'], info['offset'], info['frame']) == (1, None, 9, 5)
        assert info['img_path'].endswith('reg_image000005.bmp')
        assert info['onset_path'].endswith('reg_image000001.bmp')
        name = {'ne': 'negative', 'po': 'positive', 'sur': 'surprise'}[info['clip'].split('_')[1]]
        assert data.metainfo['classes'][info['gt_label']] == info['emotion'] == name
    assert read(SMIC, root, unknown_apex='leave_out', frame='onset')
    with pytest.raises(ValueError, match=r'of no clip: \d+ no_apex, such as s01/s1_ne_01'):
        read(SMIC, root, unknown_apex='leave_out')


@pytest.mark.parametrize('base', ['SMIC_all_raw/HS', 'HS', '.'])
def test_smic_has_several_folders(tmp_path: Path, base: str) -> None:
    root = write_smic(tmp_path, base)
    assert len(SMIC(str(root))) == 6
    assert release_of(root) is SMIC.RELEASE
    assert [span.name for span in read_spans(root)[0]][:1] == ['s01/s1_ne_01']


def test_a_clip_in_two_folders_of_smic_is_refused(tmp_path: Path) -> None:
    root = write_smic(tmp_path)
    subjects = root / 'SMIC_all_cropped/HS'
    shutil.copytree(subjects / 's1', subjects / 's01')
    with pytest.raises(ValueError, match='are both the clip s01/s1_ne_01. Keep one'):
        SMIC(str(root))
    with pytest.raises(FileNotFoundError, match=r'\{subject\}/micro'):
        SMIC(str(tmp_path / 'SMIC_all_cropped/HS/s1'))


def test_samm_has_its_headings_below_notes(tmp_path: Path) -> None:
    data = SAMM(str(write_samm(tmp_path)))
    assert data.metainfo['classes'] == ('anger', 'contempt', 'happiness', 'other', 'surprise')
    assert [info['subject'] for info in infos(data)] == ['006'] * 5 + ['007'] * 5
    first = infos(data)[0]
    assert (first['clip'], first['emotion'], first['frame']) == ('006/006_1_2', 'anger', 5)
    assert Path(first['img_path']).name == '006_00005.jpg'
    assert data.report == {}
    three = SAMM(str(tmp_path), num_classes=3)
    assert len(three) == 8
    names = {three.metainfo['classes'][info['gt_label']] for info in infos(three)}
    assert names == {'negative', 'positive', 'surprise'}


def test_headings_of_samm_that_are_missing_are_named(tmp_path: Path) -> None:
    root = write_samm(tmp_path)
    path = next(root.glob('*.xlsx'))
    import openpyxl

    book = openpyxl.load_workbook(path)
    assert book.active['D14'].value == 'Apex Frame'
    book.active['D14'].value = 'Peak'
    book.save(path)
    with pytest.raises(ValueError, match='no column Apex Frame in any of the first 30 rows'):
        SAMM(str(root))


def test_an_apex_outside_the_frames_is_replaced_on_request(tmp_path: Path) -> None:
    clips = [
        WrittenClip('006', f'006_1_{i}', emotion, f'006/006_1_{i}', apex=apex)
        for i, (emotion, apex) in enumerate([('Anger', 50), ('Happiness', 1), ('Surprise', 4)])
    ]
    root = write_clips(tmp_path, SAMM.RELEASE, clips)
    assert [info['frame'] for info in read(SAMM, root, num_classes=3)] == [4]
    data = SAMM(str(root), num_classes=3, unknown_apex='middle')
    assert [info['frame'] for info in infos(data)] == [5, 5, 4]
    assert data.report['middle_for_apex'] == ['006/006_1_0', '006/006_1_1']


def test_the_videos_of_cas_me_squared_hold_several_clips(tmp_path: Path) -> None:
    root = write_clips(tmp_path, CASMESquared.RELEASE, SQUARED)
    data = CASMESquared(str(root), unknown_apex='middle')
    found = {info['clip']: info for info in infos(data)}
    assert list(found) == ['s15/anger1_1', 's15/anger1_2', 's16/disgust1_1', 's16/disgust1_2']
    numbers = [(i['onset'], i['apex'], i['offset'], i['frame']) for i in found.values()]
    assert numbers == [(3, 5, 8, 5), (5, 6, 9, 6), (2, 4, 4, 4), (2, None, 8, 5)]
    video = 'rawpic/s16/16_0101disgustingteeth/img005.jpg'
    assert found['s16/disgust1_2']['img_path'] == str(root / video)
    assert data.report['offset_absent'] == ['s16/disgust1_1']
    assert data.report['apex_absent'] == ['s16/disgust1_2']
    spans, faults = read_spans(root)
    assert [(s.name, s.onset, s.offset) for s in spans] == [
        ('s15/anger1_1', 3, 8),
        ('s15/anger1_2', 5, 9),
        ('s16/disgust1_1', 2, 4),
        ('s16/disgust1_2', 2, 8),
    ]
    assert faults == []


def test_a_video_without_a_code_is_reported(tmp_path: Path) -> None:
    clips = [*SQUARED, WrittenClip(2, 'happy9_1', 'positive', 'rawpic/s16/16_0901x')]
    data = CASMESquared(str(write_clips(tmp_path, CASMESquared.RELEASE, clips)), num_classes=3,
                        unknown_apex='middle')  # fmt: skip
    assert data.report['bad_row'] == ['row 6 (happy9_1 is not in the sheet naming rule2)']


@pytest.mark.parametrize(
    'folder', ['Part_A_ME_clip/frame/spNo.1_a_3', 'part_A/spNO.1/a/color', 'spNO.1/A/color']
)
def test_clips_and_videos_of_cas_me_cubed(tmp_path: Path, folder: str) -> None:
    root = write_clips(
        tmp_path, CASME3.RELEASE, [WrittenClip('spNO.1', 'a', 'happy', folder, units='12,6')]
    )
    (info,) = read(CASME3, root, num_classes=4)
    assert (info['clip'], info['subject'], info['action_units']) == (
        'spNO.1/a_3',
        'spNO.1',
        '12,6',
    )
    assert info['img_path'] == str(root / folder / '5.jpg')


def test_mmew_has_folders_of_emotions(tmp_path: Path) -> None:
    clips = [
        WrittenClip(f'S0{i}', f'S0{i}-01-001', emotion, f'Micro_Expression/{emotion}/S0{i}-01-001')
        for i, emotion in enumerate(('surprise', 'disgust', 'happiness', 'others'), 1)
    ]
    root = write_clips(tmp_path, MMEW.RELEASE, clips)
    data = MMEW(str(root), num_classes=4)
    assert [(i['subject'], i['gt_label'], i['frame']) for i in infos(data)] == [
        ('S01', 0, 5),
        ('S02', 1, 5),
        ('S03', 2, 5),
        ('S04', 3, 5),
    ]
    assert {Path(span.folder).parent.name for span in read_spans(root)[0]} == {
        'surprise',
        'disgust',
        'happiness',
        'others',
    }


def test_every_frame_of_every_release_can_be_prepared(tmp_path: Path) -> None:
    roots = {
        'smic': write_smic(tmp_path / 'smic'),
        'samm': write_samm(tmp_path / 'samm'),
        'casme_squared': write_clips(tmp_path / 'squared', CASMESquared.RELEASE, SQUARED),
    }
    for layout, root in roots.items():
        (jobs,) = sidecar_jobs(layout, root).values()
        there = {
            p.relative_to(root).as_posix() for p in root.rglob('*') if p.suffix in ('.jpg', '.bmp')
        }
        assert {job.name for job in jobs} == there and len(jobs) == len(there)


def test_the_composite_leaves_out_what_the_challenge_leaves_out(
    tmp_path: Path, log: list[str]
) -> None:
    clips = [
        WrittenClip(4, 'EP12_01f', 'disgust', 'sub04/EP12_01f'),
        WrittenClip(4, 'EP12_02f', 'disgust', 'sub04/EP12_02f', apex='/'),
        WrittenClip(5, 'EP01_01', 'repression', 'sub05/EP01_01'),
        WrittenClip(5, 'EP01_02', 'sadness', 'sub05/EP01_02'),
        WrittenClip(5, 'EP01_03', 'happiness', 'sub05/EP01_03'),
        WrittenClip(5, 'EP01_04', 'surprise', 'sub05/EP01_04'),
        WrittenClip(5, 'EP01_05', 'others', 'sub05/EP01_05'),
    ]
    data = CASME2(str(write_clips(tmp_path, CASME2.RELEASE, clips)), megc2019=True)
    assert data.metainfo['classes'] == ('negative', 'positive', 'surprise')
    assert [(info['clip'], info['gt_label']) for info in infos(data)] == [
        ('sub04/EP12_02f', 0),
        ('sub05/EP01_01', 0),
        ('sub05/EP01_03', 1),
        ('sub05/EP01_04', 2),
    ]
    assert data.report['not_in_megc2019'] == ['sub04/EP12_01f']
    assert data.report['middle_for_apex'] == ['sub04/EP12_02f']
    assert any('official CASME II of MEGC 2019: 4 read clips instead of 145' in m for m in log)
    units = CASME2(str(tmp_path), megc2019=True, action_units=(4, 7))
    assert [i['clip'] for i in infos(units)] == [i['clip'] for i in infos(data)]
    with pytest.raises(ValueError, match='MMEW is not in the composite'):
        MMEW(str(tmp_path), megc2019=True)
    with pytest.raises(ValueError, match='MEGC 2019 has three. Remove num_classes'):
        CASME2(str(tmp_path), megc2019=True, num_classes=5)


def test_a_missing_data_set_is_explained(tmp_path: Path) -> None:
    for reader in (SMIC, SAMM, CASMESquared, CASME3, MMEW):
        with pytest.raises(FileNotFoundError) as caught:
            reader(str(tmp_path / 'no'))
        assert reader.RELEASE.example in str(caught.value)
        assert reader.RELEASE.name in str(caught.value)
        with pytest.raises(FileNotFoundError):
            reader(str(tmp_path))
    with pytest.raises(FileNotFoundError, match='No coding file in'):
        release_of(tmp_path)


def write_units(root: Path) -> Path:
    cells = ('4+7', 'L12A', '?', '12 or 14', 'R12+99', 'blink')
    return write_clips(
        root,
        CASME2.RELEASE,
        [
            WrittenClip(
                subject, f'EP01_{i:02}', 'others', f'sub0{subject}/EP01_{i:02}', units=units
            )
            for subject in (1, 2)
            for i, units in enumerate(cells)
        ],
    )


def test_action_units_are_targets(tmp_path: Path) -> None:
    data = CASME2(str(write_units(tmp_path)), action_units=(4, 12, 14))
    assert data.metainfo['classes'] == ('AU4', 'AU12', 'AU14')
    assert data.metainfo['task'] == 'attributes'
    rows = [
        [int(t) if k else None for t, k in zip(i['gt_score'], i['attribute_mask'], strict=True)]
        for i in infos(data)
    ]
    unknown = [None] * 3
    expected = [[1, 0, 0], [0, 1, 0], unknown, [0, None, None], [0, 1, 0], unknown]
    assert rows == expected * 2
    assert not any('gt_label' in info for info in infos(data))
    assert data.report['unread_action_units'] == ['sub01/EP01_05 (blink)', 'sub02/EP01_05 (blink)']
    assert data.report['other_action_units'][:2] == ['sub01/EP01_00 (7)', 'sub01/EP01_04 (99)']
    assert 'other_emotion' not in data.report
    for reader, options in ((CASME2, {'val_ratio': 0.5}), (SMIC, {})):
        with pytest.raises(ValueError, match='give two action units'):
            reader(str(tmp_path), action_units=(4, 12), **options)
    with pytest.raises(ValueError, match='each once'):
        CASME2(str(tmp_path), action_units=(4, 4))
