import json
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from mmfer.datasets.readers.clip_release.coding import CodedClip
from mmfer.datasets.readers.clip_release.folders import frames_of
from mmfer.datasets.readers.clip_release.frames import Frames, read_spotted
from tests.datasets.casme2_files import write_clip

CLIP = 'sub01/EP02_01f'
FOLDERS = (f'CASME2_RAW_selected/{CLIP}', CLIP)


def coded(onset: int = 5, apex: int | None = 10, offset: int = 14) -> CodedClip:
    return CodedClip(CLIP, 'sub01', onset, apex, offset, '4', 'others', 'row 2', FOLDERS)


def find(root: Path, clip: CodedClip, frame: str, spotted: dict[str, int] | None = None):
    odd: dict[str, list[str]] = defaultdict(list)
    found = Frames(root, frame, spotted or {}).find(clip, odd)
    return found and found[1], {kind: names for kind, names in odd.items() if names}


@pytest.mark.parametrize('folder', ['CASME2_RAW_selected', '.'])
def test_the_requested_frame_is_read(tmp_path: Path, folder: str) -> None:
    write_clip(tmp_path, CLIP, range(5, 15), folder)
    expected = {'apex': 10, 'midway': 7, 'onset': 5}
    for frame, number in expected.items():
        assert find(tmp_path, coded(), frame) == (number, {})
    assert find(tmp_path, coded(), 'spotted', {CLIP: 11}) == (11, {})
    path, number = Frames(tmp_path, 'apex', {}).find(coded(), defaultdict(list))
    assert path == tmp_path / folder / CLIP / 'img10.jpg' and path.is_file()


def test_missing_frames_are_replaced_or_reported(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, [5, 6, 8, 9, 13, 14])
    gaps = {'missing_frame': [f'{CLIP}/img{n}.jpg' for n in (7, 10, 11, 12)]}
    # Two are as near: the earlier one.
    nearby = {'nearby_frame': [f'{CLIP}/img6.jpg for img7.jpg']}
    assert find(tmp_path, coded(), 'midway') == (6, gaps | nearby)
    nearby = {'nearby_frame': [f'{CLIP}/img9.jpg for img11.jpg']}
    assert find(tmp_path, coded(apex=11), 'apex') == (9, gaps | nearby)
    assert find(tmp_path, coded(), 'onset') == (5, gaps)
    (tmp_path / FOLDERS[0] / 'img13.jpg').unlink()
    (tmp_path / FOLDERS[0] / 'img14.jpg').unlink()
    assert find(tmp_path, coded(), 'spotted', {CLIP: 13})[1]['frame_not_there'] == [
        f'{CLIP}/img13.jpg'
    ]


def test_an_offset_far_away_names_the_first_missing_frames(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, range(5, 15))
    number, odd = find(tmp_path, coded(offset=10**17), 'apex')
    names = [f'{CLIP}/img{n}.jpg' for n in range(15, 115)]
    assert number == 10
    assert odd == {'missing_frame': [*names, f'{10**17 - 114} more of {CLIP}']}


def test_clips_without_the_requested_frame_are_reported(tmp_path: Path) -> None:
    assert find(tmp_path, coded(), 'onset') == (None, {'missing_clip': [CLIP]})
    (tmp_path / CLIP).mkdir(parents=True)
    for name in ('Thumbs.db', '._img5.jpg'):
        (tmp_path / CLIP / name).write_bytes(b'no image')
    assert find(tmp_path, coded(), 'onset') == (None, {'missing_clip': [CLIP]})
    write_clip(tmp_path, CLIP, range(5, 15))
    for frame in ('apex', 'midway'):
        assert find(tmp_path, coded(apex=None), frame) == (None, {'no_apex': [CLIP]})
        assert find(tmp_path, coded(apex=4), frame) == (None, {'apex_before_onset': [CLIP]})
    assert find(tmp_path, coded(apex=None), 'onset') == (5, {})
    assert find(tmp_path, coded(), 'spotted') == (None, {'not_spotted': [CLIP]})
    assert find(tmp_path, coded(14, 10, 5), 'onset') == (
        None,
        {'onset_after_offset': [f'{CLIP} (14 to 5)']},
    )


def test_an_offset_before_the_apex_is_reported(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, range(5, 15))
    for frame, number in (('apex', 10), ('midway', 7)):
        assert find(tmp_path, coded(offset=8), frame) == (number, {'offset_before_apex': [CLIP]})


def test_an_apex_outside_the_clip_is_reported(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, range(5, 15))
    number, odd = find(tmp_path, coded(apex=40), 'apex')
    assert number is None
    assert odd == {'offset_before_apex': [CLIP], 'frame_not_there': [f'{CLIP}/img40.jpg']}


def test_a_spotted_apex_outside_the_clip_is_not_used(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, range(1, 40))
    for number, inside in ((2, False), (3, True), (16, True), (17, False)):
        found, odd = find(tmp_path, coded(), 'spotted', {CLIP: number})
        assert found == (number if inside else None)
        assert odd == ({} if inside else {'not_spotted': [f'{CLIP} ({number} is not in 5 to 14)']})


def test_the_frames_of_a_clip_are_read_once_for_apex_and_onset(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, range(5, 15))
    frames, odd = Frames(tmp_path, 'apex', {}), defaultdict(list)
    _, number = frames.find(coded(), odd)
    shutil.rmtree(tmp_path / FOLDERS[0])
    assert frames.find_onset(coded(), number, odd)[1] == 5
    assert [path.name for path in frames.between(coded(), number, 1)] == ['img7.jpg']
    assert not any(odd.values())


def test_a_clip_whose_apex_is_its_onset_is_reported(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, range(5, 15))
    odd: dict[str, list[str]] = defaultdict(list)
    assert Frames(tmp_path, 'apex', {}).find_onset(coded(apex=5), 5, odd)[1] == 5
    assert odd['no_motion'] == [f'{CLIP} (frame 5)']


def test_frames_are_sorted_by_number(tmp_path: Path) -> None:
    write_clip(tmp_path, CLIP, [10, 9, 100])
    assert list(frames_of(tmp_path / FOLDERS[0])) == [9, 10, 100]
    assert frames_of(tmp_path / 'sub02/EP02_01f') == {}


def test_spotted_apexes(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='mmfer spot-apex --dataset'):
        read_spotted(tmp_path)
    path = tmp_path / 'annotations' / 'spotted_apex.json'
    path.parent.mkdir()
    path.write_text(json.dumps({CLIP: 9}))
    assert read_spotted(tmp_path) == {CLIP: 9}
    for text, message in (('{', 'is not JSON'), ('{"a": "9"}', 'a frame number for each clip')):
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            read_spotted(tmp_path)


def test_a_data_set_may_have_several_files_of_spotted_apexes(tmp_path: Path) -> None:
    name = 'spotted_registered.json'
    with pytest.raises(FileNotFoundError, match=f'--method METHOD --spotted {name}'):
        read_spotted(tmp_path, name)
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'annotations' / 'spotted_apex.json').write_text(json.dumps({CLIP: 9}))
    (tmp_path / 'annotations' / name).write_text(json.dumps({CLIP: 11}))
    assert read_spotted(tmp_path, name) == {CLIP: 11}
    assert read_spotted(tmp_path) == {CLIP: 9}


@pytest.mark.parametrize('name', ['', 'a/b.json', '../a.json', 'spotted'])
def test_a_file_of_spotted_apexes_is_named_without_a_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match='Give a name without a folder'):
        read_spotted(tmp_path, name)
