"""Coding files of which no row can be used."""

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
