import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmfer.faces.video import open_camera, open_video
from tests.faces.video.clips import crossing, scene, write_video


def numbers_of(count: int) -> list[np.ndarray]:
    """Frames of one grey each: 10, 20, 30 ..."""
    return [np.full((48, 64, 3), 10 * (i + 1), np.uint8) for i in range(count)]


@pytest.mark.parametrize('suffix', ['.avi', '.mp4'])
def test_frames_have_numbers_times_and_pixels(tmp_path: Path, suffix: str) -> None:
    path = write_video(tmp_path / f'a{suffix}', numbers_of(8), rate=20)
    with open_video(path) as video:
        frames = list(video.frames())
    assert video.rate == pytest.approx(20) and video.messages == []
    assert [frame.number for frame in frames] == list(range(8))
    assert [frame.time for frame in frames] == pytest.approx([i / 20 for i in range(8)], abs=1e-3)
    assert [round(frame.image.mean() / 10) for frame in frames] == list(range(1, 9))


def test_colors_are_in_rgb_order(tmp_path: Path) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 200
    with open_video(write_video(tmp_path / 'a.avi', [red] * 2)) as video:
        image = next(video.frames()).image
    assert image[..., 0].mean() > 150 and image[..., 2].mean() < 50


def test_every_so_many_and_the_end(tmp_path: Path) -> None:
    path = write_video(tmp_path / 'a.avi', numbers_of(10), rate=10)
    with open_video(path) as video:
        assert [frame.number for frame in video.frames(every=4)] == [0, 4, 8]
    with open_video(path) as video:
        assert [frame.number for frame in video.frames(every=2, seconds=0.5)] == [0, 2, 4]
    for options, message in (
        (dict(every=0), 'every=0: give 1'),
        (dict(seconds=0), 'seconds=0: give more than 0'),
        (dict(seconds=float('nan')), 'seconds=nan: give more than 0'),
    ):
        with open_video(path) as video, pytest.raises(ValueError, match=message):
            video.frames(**options)


def test_an_animated_gif_is_a_video(tmp_path: Path) -> None:
    frames = [Image.fromarray(image) for image in numbers_of(5)]
    path = tmp_path / 'a.gif'
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200)
    with open_video(path) as video:
        found = list(video.frames())
    assert [round(frame.image.mean() / 10) for frame in found] == [1, 2, 3, 4, 5]
    assert [frame.time for frame in found] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8], abs=0.01)


def test_a_video_that_changes_its_size_keeps_the_first(tmp_path: Path) -> None:
    path = tmp_path / 'a.mjpeg'
    with path.open('wb') as file:
        for size in [(64, 48)] * 3 + [(32, 80)] * 3:
            file.write(cv2.imencode('.jpg', cv2.resize(scene(), size))[1].tobytes())
    with open_video(path) as video:
        assert [frame.image.shape for frame in video.frames()] == [(48, 64, 3)] * 6


def test_a_video_that_is_cut_off_gives_its_frames_and_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / 'a.avi', crossing())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with open_video(path) as video:
        count = len(list(video.frames()))
    assert 2 <= count < 12
    (message,) = video.messages
    assert f'declares 12 frames, but {count} can be decoded' in message


def test_files_that_are_no_video_are_refused(tmp_path: Path) -> None:
    mp4 = write_video(tmp_path / 'a.mp4', crossing()).read_bytes()
    for name, content, message in (
        ('empty.mp4', b'', r'is empty \(0 bytes\)'),
        ('noise.mp4', bytes(range(256)) * 40, 'cannot be opened as a video'),
        ('cut.mp4', mp4[: len(mp4) // 2], 'cannot be opened as a video'),
        ('list.m3u8', b'#EXTM3U\nfile:///etc/passwd\n', 'is a playlist'),
        ('list.txt', b"ffconcat version 1.0\nfile 'a.mp4'\n", 'is a playlist'),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=message) as error:
            open_video(tmp_path / name)
        assert name in str(error.value)
    with pytest.raises(FileNotFoundError, match=r'No video at "nowhere\.mp4"'):
        open_video('nowhere.mp4')
    os.mkfifo(tmp_path / 'pipe.mp4')
    for path, message in ((tmp_path, 'is a folder'), (tmp_path / 'pipe.mp4', 'is a pipe')):
        with pytest.raises(ValueError, match=message):
            open_video(path)


def test_a_camera_that_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match='Camera 97 cannot be opened: it is not there'):
        open_camera(97)


def test_a_name_with_a_percent_sign_is_a_name(tmp_path: Path) -> None:
    path = write_video(tmp_path / 'a%02d.avi', numbers_of(2))
    write_video(tmp_path / 'a00.avi', [np.full((48, 64, 3), 250, np.uint8)] * 2)
    with open_video(path) as video:
        assert next(video.frames()).image.mean() < 50


@pytest.mark.parametrize('number', ['-1', '20231105123456'])
def test_a_number_that_no_camera_has_is_said(number: str) -> None:
    """In a process of its own, since OpenCV may crash at -1."""
    done = subprocess.run(
        [sys.executable, '-c', f'from mmfer.faces.video import *; open_camera({number})'],
        capture_output=True,
        text=True,
    )
    assert f'ValueError: Camera {number} cannot be opened' in done.stderr
