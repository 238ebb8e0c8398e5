"""The releases of data sets of micro-expressions: columns, folders, emotions.

The columns of CASME II were read in its coding file. Those of the other sets come from public
programs that read them; :attr:`ClipRelease.uncertain` says what these programs disagree about.
"""

from mmfer.labels.clip_release import MEGC2019, ClipRelease, Lookup
from mmfer.labels.errata import CASME2_ERRATA
from mmfer.labels.releases import (
    CASME2_CODING_FILE,
    CASME2_COLUMNS,
    CASME2_CROPPED,
    CASME2_EMOTIONS,
    CASME2_FRAMES,
)

NEGATIVE, POSITIVE, SURPRISE = 'negative', 'positive', 'surprise'
CHINESE_ACADEMY = (
    'on request from the Institute of Psychology, Chinese Academy of Sciences: sign the licence '
    'agreement at http://casme.psych.ac.cn/casme/'
)


def _same(*emotions: str) -> dict[str, str]:
    return {emotion: emotion for emotion in emotions}


def _three(negative: tuple[str, ...], positive: str = 'happiness') -> dict[str, str]:
    classes = dict.fromkeys(negative, NEGATIVE)
    return {**classes, positive: POSITIVE, 'surprise': SURPRISE}


CASME2 = ClipRelease(
    name='CASME II',
    layout='casme2',
    ask=f'{CHINESE_ACADEMY}e2',
    fps=200,
    coding=(CASME2_CODING_FILE,),
    sheets=('Sheet1',),
    columns=dict(
        zip(
            ('subject', 'clip', 'onset', 'apex', 'offset', 'units', 'emotion'),
            CASME2_COLUMNS,
            strict=True,
        )
    ),
    folders=(f'{CASME2_FRAMES}/{{subject}}/{{clip}}', '{subject}/{clip}'),
    example=(
        'CASME2_RAW_selected/sub01/EP02_01f/img46.jpg (or sub01/EP02_01f/img46.jpg, or '
        'Cropped/sub01/EP02_01f/reg_img46.jpg)'
    ),
    frame='img{number}.jpg',
    subject='sub{:02d}',
    emotions=CASME2_EMOTIONS,
    classes={
        5: _same('others', 'disgust', 'happiness', 'repression', 'surprise'),
        3: _three(('disgust', 'repression', 'sadness', 'fear')),
    },
    cropped=(f'{CASME2_CROPPED}/{{subject}}/{{clip}}',),
    cropped_frame='reg_img{number}.jpg',
    errata=CASME2_ERRATA,
    megc2019=MEGC2019(
        _three(('disgust', 'repression')),
        {NEGATIVE: 88, POSITIVE: 32, SURPRISE: 25},
        frozenset({'sub04/EP12_01f', 'sub24/EP02_07'}),
    ),
)

SMIC = ClipRelease(
    name='SMIC-HS',
    layout='smic',
    ask='on request from the Center for Machine Vision and Signal Analysis, University of Oulu',
    fps=100,
    coding=(),
    columns={},
    folders=(
        'SMIC_all_cropped/HS/{subject}/micro/{emotion}/{clip}',
        'SMIC_all_raw/HS/{subject}/micro/{emotion}/{clip}',
        'HS/{subject}/micro/{emotion}/{clip}',
        '{subject}/micro/{emotion}/{clip}',
    ),
    example='SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01/reg_image000046.bmp',
    frame='reg_image{number:06d}.bmp',
    subject='s{:02d}',
    emotions={NEGATIVE: 70, POSITIVE: 51, SURPRISE: 43},
    classes={3: _same(NEGATIVE, POSITIVE, SURPRISE)},
    uncertain=(
        'The number of digits in the names of frames differs between copies. One clip, s18_sur_03, '
        'is missing in some copies of the cropped frames.'
    ),
    usual=frozenset({'apex_absent', 'middle_for_apex'}),
    megc2019=MEGC2019(
        _same(NEGATIVE, POSITIVE, SURPRISE), {NEGATIVE: 70, POSITIVE: 51, SURPRISE: 43}
    ),
)

SAMM = ClipRelease(
    name='SAMM',
    layout='samm',
    ask='on request from Manchester Metropolitan University: http://www2.docm.mmu.ac.uk/STAFF/M.Yap',
    fps=200,
    coding=('SAMM_Micro_FACS_Codes*.xlsx',),
    headings_within=30,
    columns={
        'subject': 'Subject',
        'clip': 'Filename',
        'onset': 'Onset Frame',
        'apex': 'Apex Frame',
        'offset': 'Offset Frame',
        'units': 'Action Units',
        'emotion': 'Estimated Emotion',
    },
    folders=('SAMM/{subject}/{clip}', '{subject}/{clip}'),
    example='006/006_1_2/006_05562.jpg (or in SAMM/)',
    frame='{subject}_{number:05d}.jpg',
    subject='{:03d}',
    emotions={
        'anger': 57,
        'happiness': 26,
        'other': 26,
        'surprise': 15,
        'contempt': 12,
        'disgust': 9,
        'fear': 8,
        'sadness': 6,
    },
    classes={
        5: _same('anger', 'contempt', 'happiness', 'other', 'surprise'),
        3: _three(('anger', 'contempt', 'disgust', 'fear', 'sadness')),
    },
    uncertain=(
        'The headings lie below notes, in row 14 of the copies that public programs read. Two to '
        'three clips have an apex outside the expression.'
    ),
    usual=frozenset({'capitalised_emotion', 'integer_subject', 'numeric_action_units'}),
    megc2019=MEGC2019(
        _three(('anger', 'contempt', 'disgust', 'fear', 'sadness')),
        {NEGATIVE: 92, POSITIVE: 26, SURPRISE: 15},
    ),
)

CASME_SQUARED = ClipRelease(
    name='CAS(ME)^2',
    layout='casme_squared',
    ask=f'{CHINESE_ACADEMY}e3',
    fps=30,
    coding=('CAS(ME)^2code_final*.xlsx',),
    sheets=('CASFEcode_final', 'CASMEcode_final'),
    headings_within=0,
    columns={
        'subject': 0,
        'clip': 1,
        'onset': 2,
        'apex': 3,
        'offset': 4,
        'units': 5,
        'emotion': 6,
        'kind': 7,
    },
    kind='micro-expression',
    lookups={
        'subject': Lookup('naming rule1', key=2, value=1),
        'video': Lookup('naming rule2', key=1, value=0, digits=4),
    },
    folders=('rawpic/{subject}/*_{video}*',),
    example='rawpic/s15/15_0101disgustingteeth/img001.jpg',
    frame='img{number:03d}.jpg',
    subject='s{:02d}',
    emotions={NEGATIVE: 21, POSITIVE: 8, SURPRISE: 9, 'others': 19},
    classes={
        4: _same(NEGATIVE, POSITIVE, SURPRISE, 'others'),
        3: _same(NEGATIVE, POSITIVE, SURPRISE),
    },
    uncertain=(
        'The file has no headings, so columns are found by their position. Its first sheet has two '
        'names in public programs, and the number of clips of each emotion is quoted from memory. '
        'The frames of a clip are those of its whole video.'
    ),
    usual=frozenset({'capitalised_emotion', 'integer_subject', 'numeric_action_units'}),
)

CASME3 = ClipRelease(
    name='CAS(ME)^3, part A',
    layout='casme3',
    ask=f'{CHINESE_ACADEMY}e4',
    fps=30,
    coding=(
        'cas(me)3_part_A_ME_label_JpgIndex*.xlsx',
        'annotation/cas(me)3_part_A_ME_label_JpgIndex*.xlsx',
    ),
    sheets=('label',),
    columns={
        'subject': 'Subject',
        'clip': 'Filename',
        'onset': 'Onset',
        'apex': 'Apex',
        'offset': 'Offset',
        'units': 'AU',
        'emotion': 'emotion',
    },
    clip_name='{clip}_{onset}',
    folders=(
        'Part_A_ME_clip/frame/{subject}_{clip}_{onset}',
        'part_A/{subject}/{clip}/color',
        '{subject}/{clip}/color',
    ),
    example='Part_A_ME_clip/frame/spNO.1_a_355/355.jpg (or part_A/spNO.1/a/color/355.jpg)',
    frame='{number}.jpg',
    subject='spNO.{}',
    emotions={
        'disgust': 250,
        'surprise': 187,
        'others': 161,
        'fear': 86,
        'anger': 64,
        'sad': 57,
        'happy': 55,
    },
    classes={
        7: _same('disgust', 'surprise', 'others', 'fear', 'anger', 'sad', 'happy'),
        4: {**_three(('disgust', 'fear', 'anger', 'sad'), 'happy'), 'others': 'others'},
        3: _three(('disgust', 'fear', 'anger', 'sad'), 'happy'),
    },
    uncertain=(
        'Copies have the whole videos or one folder for each clip, and write spNO or spNo. The '
        'number of clips of each emotion is quoted from memory.'
    ),
    usual=frozenset({'capitalised_emotion', 'numeric_action_units'}),
)

MMEW = ClipRelease(
    name='MMEW',
    layout='mmew',
    ask='on request from Shandong University: http://www.dpailab.com/database.html',
    fps=90,
    coding=('MMEW_Micro_Exp*.xlsx',),
    columns={
        'subject': 'Subject',
        'clip': 'Filename',
        'onset': 'OnsetFrame',
        'apex': 'ApexFrame',
        'offset': 'OffsetFrame',
        'units': 'Action Units',
        'emotion': 'Estimated Emotion',
    },
    folders=('Micro_Expression/{emotion}/{clip}', 'MMEW_Final/Micro_Expression/{emotion}/{clip}'),
    example='Micro_Expression/surprise/S01-01-001/1.jpg',
    frame='{number}.jpg',
    subject='S{:02d}',
    emotions={
        'surprise': 89,
        'disgust': 72,
        'others': 66,
        'happiness': 36,
        'fear': 16,
        'sadness': 13,
        'anger': 8,
    },
    classes={
        6: _same('surprise', 'disgust', 'happiness', 'fear', 'sadness', 'anger'),
        4: _same('surprise', 'disgust', 'happiness', 'others'),
        3: _three(('disgust', 'fear', 'sadness', 'anger')),
    },
    uncertain=(
        'Whether frames are numbered within the clip or within the recording: the numbers in the '
        'coding file are taken for those in the names of frames. The number of clips of each '
        'emotion is quoted from memory.'
    ),
    usual=frozenset({'capitalised_emotion', 'integer_subject', 'numeric_action_units'}),
)

MICRO_EXPRESSIONS = {
    release.layout: release for release in (CASME2, SMIC, SAMM, CASME_SQUARED, CASME3, MMEW)
}
"""All releases, by the name of their layout."""
