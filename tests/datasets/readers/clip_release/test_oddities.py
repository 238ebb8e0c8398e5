"""Coding files and clips of which none can be used, and action units of no clip."""

from pathlib import Path

import pytest

from mmfer.datasets import CASME2, SAMM, CASMESquared
from tests.datasets.clip_files import WrittenClip, write_clips

MACRO = WrittenClip(2, 'disgust1_3', 'negative', 'rawpic/s16/16_0101x', kind='macro-expression')


@pytest.mark.parametrize(
    ('reader', 'clips', 'message'),
    [
        (SAMM, [], r'can be used. Use the original file'),
        (CASMESquared, [MACRO], 'of which the kind is "micro-expression". Use the original'),
        (
            CASME2,
            [WrittenClip(1, 'a', 'surprise', 'sub01/a', 'x')],
            r"used: sub01/a \(row 2: .*'x'",
        ),
    ],
)
def test_a_coding_file_without_clips_is_refused(
    reader: type, clips: list, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        reader(str(write_clips(tmp_path, reader.RELEASE, clips)))


def coded_clips(root: Path, apex: object = 5) -> Path:
    clips = [
        WrittenClip(subject, f'EP0{i}', emotion, f'sub0{subject}/EP0{i}', apex=apex)
        for subject in (1, 2)
        for i, emotion in enumerate(CASME2.RELEASE.classes[5])
    ]
    return write_clips(root, CASME2.RELEASE, clips)


def test_if_no_clip_is_left_the_reasons_are_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r'of no clip: .*10 no_apex, such as sub01/EP00'):
        CASME2(str(coded_clips(tmp_path, '/')))


def test_action_units_are_numbers_that_some_clip_has(tmp_path: Path) -> None:
    root = str(coded_clips(tmp_path))
    with pytest.raises(ValueError, match='as a number, of a data set'):
        CASME2(root, action_units=('4', '7'))
    data = CASME2(root, action_units=(4, 26))
    assert data.report['action_unit_in_no_clip'] == ['AU26']
