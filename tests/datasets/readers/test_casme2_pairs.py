"""The onset frame, the apex and frames between them."""

from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import CASME2
from tests.datasets.readers.test_casme2 import infos, write_clips, write_faces


@pytest.mark.parametrize('options', [{'frame': 'pair'}, {'frame': 'apex', 'onset': True}])
def test_a_pair_is_the_apex_with_the_onset(rendered_casme2: Path, options: dict) -> None:
    plain = CASME2(str(rendered_casme2), empty_classes='warn')
    pairs = CASME2(str(rendered_casme2), empty_classes='warn', **options)
    onsets = CASME2(str(rendered_casme2), frame='onset', empty_classes='warn')
    first = {info['clip']: info for info in infos(onsets)}
    assert len(pairs) == len(plain) > 3
    for info, alone in zip(infos(pairs), infos(plain), strict=True):
        assert info['img_path'] == alone['img_path']
        assert info['onset_path'] == first[info['clip']]['img_path'] != info['img_path']
        np.testing.assert_array_equal(info['onset_landmarks'], first[info['clip']]['landmarks'])
        assert not {'onset_path', 'onset_landmarks'} & alone.keys()


def test_frames_between_onset_and_apex(rendered_casme2: Path) -> None:
    for info in infos(CASME2(str(rendered_casme2), frame='pair', between=3, empty_classes='warn')):
        folder = Path(info['img_path']).parent
        there = [int(path.stem.removeprefix('img')) for path in folder.glob('img*')]
        wanted = [info['onset'] + (info['frame'] - info['onset']) * i / 4 for i in (1, 2, 3)]
        found = [int(Path(path).stem.removeprefix('img')) for path in info['between_paths']]
        assert all(Path(path).parent == folder for path in info['between_paths'])
        for number, exact in zip(found, wanted, strict=True):
            assert abs(number - exact) == min(abs(other - exact) for other in there)
    for wrong in ({'between': -1, 'frame': 'pair'}, {'between': 2}):
        with pytest.raises(ValueError, match="needs frame='pair'"):
            CASME2(str(rendered_casme2), empty_classes='warn', **wrong)


def test_a_clip_without_an_onset_frame_is_left_out_of_pairs(tmp_path: Path) -> None:
    root = write_clips(tmp_path / 'casme2')
    folder = root / 'CASME2_RAW_selected' / 'sub01' / 'EP01_00'
    (folder / 'img3.jpg').unlink()
    data = CASME2(str(root), frame='pair')
    assert data.report['nearby_frame'] == ['sub01/EP01_00/img4.jpg for img3.jpg']
    (near,) = [info for info in infos(data) if info['clip'] == 'sub01/EP01_00']
    assert Path(near['onset_path']).name == 'img4.jpg'
    for number in (4, 5):
        (folder / f'img{number}.jpg').unlink()
    data = CASME2(str(root), frame='pair')
    assert 'sub01/EP01_00/img3.jpg' in data.report['frame_not_there']
    assert 'sub01/EP01_00' not in [info['clip'] for info in infos(data)]


def test_an_onset_without_a_face_gets_the_face_of_the_nearest_frame(tmp_path: Path) -> None:
    root = write_clips(tmp_path / 'casme2')
    write_faces(root, ['sub01/EP01_00/img3.', 'sub02/EP01_01/img3.', 'sub02/EP01_01/img4.'])
    data = CASME2(str(root), frame='pair')
    placed = {info['clip']: info['onset_landmarks'][0, 0] for info in infos(data)}
    assert placed.pop('sub01/EP01_00') == 4 and placed.pop('sub02/EP01_01') == 5
    assert set(placed.values()) == {3}
    assert data.report['lent_face'] == ['sub01/EP01_00/img4.jpg', 'sub02/EP01_01/img5.jpg']
