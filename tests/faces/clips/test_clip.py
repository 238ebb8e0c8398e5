from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmfer.faces import open_clip, read_image
from mmfer.faces.clips.clip import clip_name
from tests.faces.photo_clips import photo_clip, write_frames


@pytest.fixture(scope='module')
def frames():
    return photo_clip(6, 3)


def write_video(path, frames):
    size = frames[0].shape[1::-1]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), 200, size)
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def test_frames_of_a_folder_are_sorted_by_number(frames, tmp_path):
    folder = write_frames(tmp_path / 'clip', frames, 8)
    (folder / 'notes.txt').write_text('no frame')
    (folder / '._img8.jpg').write_bytes(b'what another system keeps of img8.jpg')
    clip = open_clip(folder)
    assert list(clip.numbers) == [8, 9, 10, 11, 12, 13]
    assert clip.messages == ()
    np.testing.assert_array_equal(clip.frame(2), read_image(folder / 'img10.jpg'))
    assert len(list(clip.read(1, 4))) == 3
    assert clip.position(12, 'offset') == 4


def test_missing_frames_are_named(frames, tmp_path):
    folder = write_frames(tmp_path / 'clip', frames, 1)
    (folder / 'img3.jpg').unlink()
    (folder / 'img4.jpg').unlink()
    clip = open_clip(folder)
    assert list(clip.numbers) == [1, 2, 5, 6]
    assert clip.messages == ('2 frames are missing and skipped: 3-4.',)
    with pytest.raises(ValueError, match='the onset 3 is not among its 4 frames'):
        clip.position(3, 'onset')


def test_arrays(frames):
    clip = open_clip(frames)
    assert list(clip.numbers) == list(range(6))
    np.testing.assert_array_equal(clip.frame(5), frames[5])
    grey = open_clip([frame[..., 0] for frame in frames])
    assert grey.frame(0).shape == (340, 280)
    assert open_clip(clip) is clip


def test_video(frames, tmp_path):
    clip = open_clip(write_video(tmp_path / 'clip.avi', frames))
    assert list(clip.numbers) == list(range(6))
    assert abs(clip.frame(3).astype(float) - frames[3]).mean() < 3
    assert len(list(clip.read())) == len(list(clip.read())) == 6


def test_a_truncated_video_is_read_with_a_message(frames, tmp_path):
    path = write_video(tmp_path / 'clip.avi', photo_clip(30, 10))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    clip = open_clip(path)
    assert 5 < len(clip.numbers) < 25
    assert len(list(clip.read())) == len(clip.numbers)
    assert clip.messages[0].startswith('The video declares 30 frames, but')


def test_an_undecodable_video_is_refused(tmp_path):
    (tmp_path / 'clip.mp4').write_bytes(b'no video' * 500)
    with pytest.raises(ValueError, match='cannot be opened as a video'):
        open_clip(tmp_path / 'clip.mp4')


def test_missing_empty_and_invalid_clips_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match='No clip at'):
        open_clip(tmp_path / 'nowhere')
    with pytest.raises(ValueError, match='holds no frames'):
        open_clip(tmp_path)
    with pytest.raises(ValueError, match='no frames'):
        open_clip([])
    with pytest.raises(ValueError, match='Frame 1 .* float64'):
        open_clip([np.zeros((4, 4), np.uint8), np.zeros((4, 4))])


def test_names_without_an_order_are_refused(frames, tmp_path):
    folder = write_frames(tmp_path / 'clip', frames[:2])
    Image.fromarray(frames[0]).save(folder / 'img01.png')
    with pytest.raises(ValueError, match='are both frame 1'):
        open_clip(folder)
    (folder / 'img01.png').rename(folder / 'onset.png')
    with pytest.raises(ValueError, match='onset.png" has no number'):
        open_clip(folder)


def test_frames_of_other_sizes_are_refused(frames, tmp_path):
    folder = write_frames(tmp_path / 'clip', frames)
    Image.fromarray(frames[0][:100]).save(folder / 'img4.jpg')
    with pytest.raises(ValueError, match='img4.jpg has 280 x 100 pixels'):
        list(open_clip(folder).read())


@pytest.mark.parametrize(
    ('names', 'numbers'),
    [
        (('frame_10_2024.png', 'frame_9_2024.png'), [9, 10]),
        (('s2_img1.png', 's2_img2.png'), [1, 2]),
        (('1_cam_7.png', '1_cam_8.png', 'cam_9.png'), [7, 8, 9]),
        (('take3.png',), [3]),
    ],
)
def test_the_last_number_that_differs_is_that_of_the_frame(names, numbers, tmp_path):
    for name in names:
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / name)
    assert open_clip(tmp_path).numbers == numbers


def test_a_broken_frame_counts_as_missing(tmp_path):
    for number in range(4):
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / f'img{number}.png')
    (tmp_path / 'img2.png').write_bytes((tmp_path / 'img2.png').read_bytes()[:40])
    clip = open_clip(tmp_path)
    assert clip.numbers == [0, 1, 3] and len(list(clip.read())) == 3
    missing, broken = clip.messages
    assert missing == '1 frames are missing and skipped: 2.'
    assert broken.startswith('1 frames cannot be read: ') and 'img2.png' in broken
    for path in tmp_path.iterdir():
        path.write_bytes(b'')
    with pytest.raises(ValueError, match='No frame in .* can be read'):
        open_clip(tmp_path)


def test_a_playlist_is_never_followed(frames, tmp_path):
    write_video(tmp_path / 'secret.avi', frames)
    (tmp_path / 'clip.mp4').write_text("ffconcat version 1.0\nfile 'secret.avi'\n")
    with pytest.raises(ValueError, match='is a playlist, not a video'):
        open_clip(tmp_path / 'clip.mp4')


def test_the_name_of_a_clip_keeps_dots_and_is_never_empty(tmp_path, monkeypatch):
    folder = tmp_path / 'EP01.02'
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert [clip_name(Path(given)) for given in ('.', '../EP01.02', 'a.b.mp4')] == [
        'EP01.02',
        'EP01.02',
        'a.b',
    ]
