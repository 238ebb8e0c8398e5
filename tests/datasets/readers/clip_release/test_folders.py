"""Raw or cropped frames are read, for the whole data set."""

from pathlib import Path

import pytest

from mmfer.datasets import CASME2
from mmfer.datasets.face_jobs import sidecar_jobs
from mmfer.datasets.readers.clip_release.folders import of_images
from mmfer.datasets.readers.clip_release.spans import read_spans
from mmfer.labels.micro_expressions import CASME2 as RELEASE
from mmfer.labels.micro_expressions import SAMM
from tests.datasets.casme2_files import FRAMES, row, write_clip, write_coding
from tests.datasets.disk import write_image

EMOTIONS = ('others', 'disgust', 'happiness', 'repression', 'surprise')
CLIPS = tuple(f'sub01/EP01_{i:02d}' for i in range(5))


def write(root: Path, raw: str = '', cropped: bool = True) -> Path:
    """Write five clips, with raw frames in a folder, cropped frames, or both."""
    write_coding(
        root, [row('01', c[6:], 3, 5, 8, '4', e) for c, e in zip(CLIPS, EMOTIONS, strict=True)]
    )
    for clip in CLIPS:
        if raw:
            write_clip(root, clip, range(3, 9), raw)
        for number in range(3, 9) if cropped else ():
            write_image(root / 'Cropped' / clip / f'reg_img{number}.jpg', number, (28, 34))
    return root


def read(root: Path, **options: object) -> set[str]:
    data = CASME2(str(root), **options)
    paths = [Path(data.get_data_info(i)['img_path']) for i in range(len(data))]
    assert len(paths) == 5
    return {f'{path.relative_to(root).parts[0]}/{path.name}' for path in paths}


def test_cropped_frames_are_read_if_there_are_no_raw_ones(tmp_path: Path) -> None:
    assert read(write(tmp_path)) == {'Cropped/reg_img5.jpg'}
    spans, faults = read_spans(tmp_path)
    assert [span.folder for span in spans] == [tmp_path / 'Cropped' / clip for clip in CLIPS]
    assert not faults
    (pictures,) = sidecar_jobs('casme2', tmp_path).values()
    assert len(pictures) == 30


@pytest.mark.parametrize('raw', [FRAMES, FRAMES.lower(), '.'])
def test_raw_frames_come_first_and_the_option_chooses(tmp_path: Path, raw: str) -> None:
    write(tmp_path, raw)
    first = 'sub01' if raw == '.' else raw
    assert read(tmp_path) == read(tmp_path, images='raw') == {f'{first}/img5.jpg'}
    assert read(tmp_path, images='cropped') == {'Cropped/reg_img5.jpg'}
    (pictures,) = sidecar_jobs('casme2', tmp_path).values()
    assert len(pictures) == 60
    spans, _ = read_spans(tmp_path, images='cropped')
    assert spans[0].folder == tmp_path / 'Cropped' / CLIPS[0]


def test_a_missing_raw_clip_is_not_taken_from_the_cropped_ones(tmp_path: Path) -> None:
    write(tmp_path, FRAMES)
    for path in (tmp_path / FRAMES / CLIPS[4]).iterdir():
        path.unlink()
    (tmp_path / FRAMES / CLIPS[4]).rmdir()
    data = CASME2(str(tmp_path), empty_classes='warn')
    assert data.report['missing_clip'] == [CLIPS[4]] and len(data) == 4


def test_a_missing_cropped_frame_is_named_as_its_file(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / 'Cropped' / CLIPS[0] / 'reg_img7.jpg').unlink()
    data = CASME2(str(tmp_path))
    assert data.report['missing_frame'] == [f'{CLIPS[0]}/reg_img7.jpg']


def test_frames_that_are_not_there_are_refused(tmp_path: Path) -> None:
    write(tmp_path, FRAMES, cropped=False)
    with pytest.raises(FileNotFoundError, match='such as Cropped/sub01/EP01_00/'):
        CASME2(str(tmp_path), images='cropped')
    with pytest.raises(ValueError, match="images='grey'"):
        CASME2(str(tmp_path), images='grey')
    with pytest.raises(ValueError, match='SAMM has no such frames'):
        of_images(tmp_path, SAMM, 'cropped')
    assert of_images(tmp_path, RELEASE).folders == RELEASE.folders
