from pathlib import Path

import pytest

from mmfer.datasets.readers.clip_release.videos import read_videos
from mmfer.labels.long_videos import SAMM_LONG
from mmfer.labels.micro_expressions import CASME_SQUARED
from tests.datasets.clip_files import WrittenClip, write_book, write_clips
from tests.datasets.disk import write_image

SQUARED = [
    WrittenClip(1, 'anger1_1', 'negative', 'rawpic/s15/15_0401girlcrashing'),
    WrittenClip(1, 'anger1_2', 'others', 'rawpic/s15/15_0401girlcrashing', 1, 2, 3),
    WrittenClip(2, 'disgust1_1', 'surprise', 'rawpic/s16/16_0101teeth', 2, 4, 0),
    WrittenClip(2, 'disgust1_2', 'surprise', 'rawpic/s16/16_0101teeth', kind='macro-expression'),
]


def test_a_video_has_the_intervals_of_its_clips(tmp_path: Path) -> None:
    videos, faults = read_videos(write_clips(tmp_path, CASME_SQUARED, SQUARED))
    assert [(video.name, video.intervals) for video in videos] == [
        ('rawpic/s15/15_0401girlcrashing', ((1, 3), (3, 8))),
        ('rawpic/s16/16_0101teeth', ((2, 4),)),
    ]
    assert faults == []


def test_samm_long_videos_are_read(tmp_path: Path) -> None:
    kind = 'Micro - 1/2'
    clips = [
        WrittenClip(6, '006_1_2', '', 'SAMM_longvideos/006_1', 3.0, 5, 8, kind=kind),
        WrittenClip(6, '006_1_3', '', 'SAMM_longvideos/006_1', kind='Macro'),
        WrittenClip(7, '007_2_1', '', 'SAMM_longvideos/007_2', 9, 5, 8, kind=kind),
        WrittenClip(7, '007_3_1', '', 'SAMM_longvideos/007_3', 'x', 5, 8, kind=kind),
    ]
    for number in range(1, 10):
        for video in ('006_1', '007_2'):
            path = tmp_path / 'SAMM_longvideos' / video / f'{video}_{number:04d}.jpg'
            write_image(path, number, (28, 34))
    write_book(tmp_path / 'SAMM_LongVideos_V3_Release.xlsx', SAMM_LONG, clips)
    (video,), faults = read_videos(tmp_path)
    assert (video.name, video.intervals) == ('SAMM_longvideos/006_1', ((3, 8),))
    assert len(faults) == 2
    assert 'row 18 of the coding file' in faults[0] and "Onset 'x'" in faults[0]
    assert faults[1] == '007/007_2_1: the onset 9 is after the offset 8.'


def test_missing_videos_are_explained(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'one of CAS\(ME\)\^2, .*SAMM Long Videos'):
        read_videos(tmp_path)
    write_book(tmp_path / 'CAS(ME)^2code_final.xlsx', CASME_SQUARED, SQUARED)
    with pytest.raises(ValueError, match=r'No video of the 3 .* there is no folder ".*s15'):
        read_videos(tmp_path)
