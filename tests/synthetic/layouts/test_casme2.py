import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from PIL import Image

from mmfer.faces.sidecar import read_sidecar
from mmfer.labels.releases import CASME2_FRAMES
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.casme2_coding import PLANTED
from mmfer.synthetic.layouts.clips import frame_size
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.people.random_people import years
from mmfer.synthetic.plan import plan

LAYOUT = build_layout('casme2')


def _options(preset: str = 'standard', **settings) -> Options:
    return Options.build(preset, presets=LAYOUT.presets, **settings)


@pytest.fixture
def truth(casme2: Path) -> dict:
    return json.loads((casme2 / 'annotations/truth.json').read_text())


def _rows(root: Path) -> list[tuple]:
    sheet = load_workbook(root / 'CASME2-coding-20140508.xlsx')['Sheet1']
    return list(sheet.iter_rows(values_only=True))[1:]


def test_proportions_of_the_real_frames():
    assert frame_size(340) == (340, 280) and frame_size(170) == (170, 140)


def test_clips_of_emotions_and_subjects_match_the_real_set():
    samples = plan(LAYOUT, _options())['all']
    counts = Counter(LAYOUT.classes[s.label] for s in samples)
    assert counts['others'] == 99 and counts['disgust'] == 63 and counts['fear'] == 2
    names = LAYOUT.clip_names(_options())
    assert len(set(names)) == 255
    subjects = Counter(name.split('/')[0] for name in names)
    assert len(subjects) == 26
    assert min(subjects.values()) <= 2 and max(subjects.values()) > 30
    assert subjects == Counter(f'sub{int(s.identity[-4:]) + 1:02d}' for s in samples)


def test_fewer_subjects_have_equal_numbers_of_clips():
    names = LAYOUT.clip_names(_options('tiny'))
    assert set(Counter(name.split('/')[0] for name in names).values()) == {12}


def test_files_match_the_coding_file(casme2: Path, truth: dict):
    odd = truth.pop('oddities')
    assert {kind: len(odd[kind]) for kind in PLANTED} == PLANTED
    listed = {f'sub{int(row[0]):02d}/{row[1]}': row for row in _rows(casme2)}
    assert set(listed) == set(truth) and len(truth) == 12
    folders = {
        str(p.relative_to(casme2 / CASME2_FRAMES)) for p in casme2.glob(f'{CASME2_FRAMES}/*/*')
    }
    assert set(truth) - folders == set(odd['missing_clip'])
    for clip in folders:
        row, known = listed[clip], truth[clip]
        numbers = {int(p.stem[3:]) for p in (casme2 / CASME2_FRAMES / clip).iterdir()}
        whole = set(range(min(numbers), max(numbers) + 1))
        missing = {int(f.split('img')[1][:-4]) for f in odd['missing_frame'] if clip in f}
        assert whole - numbers == missing
        assert {known['onset'], known['apex'], known['offset']} <= numbers
        assert row[3] == known['onset']
        assert (row[4] == '/') == (clip in odd['apex_slash'])
        assert (row[5] < row[3] + 1 or row[5] != known['offset']) == (
            clip in odd['offset_before_apex']
        )
        assert isinstance(row[7], int) == (clip in odd['numeric_action_units'])
        assert (row[8] is None) == (clip in odd['no_emotion'])
        if row[8] is not None:
            assert row[8].lower() == known['emotion']
        with Image.open(casme2 / CASME2_FRAMES / clip / f'img{known["apex"]}.jpg') as image:
            assert image.size == (33, 40)


def test_the_sidecar_has_the_landmarks_of_every_frame(casme2: Path):
    images, _ = read_sidecar(casme2 / 'annotations/faces.json')
    assert {im.file_name for im in images} == {
        str(p.relative_to(casme2)) for p in casme2.glob(f'{CASME2_FRAMES}/*/*/*.jpg')
    }
    for image in images:
        (face,) = image.faces
        left, top, right, bottom = face.bbox
        nose = face.landmarks68[30]
        assert left < nose[0] < right and top < nose[1] < bottom
        assert np.linalg.norm(face.landmarks68[36] - face.landmarks68[45]) > 10


def test_subjects_are_young_adults():
    for seed in range(30):
        person = LAYOUT.person(np.random.default_rng(seed))
        assert 18 < years(person.age) < 32
        assert person.ethnicity[1] > 0.9 and person.fringe is False


def test_too_few_clips_for_the_oddities_are_refused():
    with pytest.raises(ValueError, match='10 clips cannot hold'):
        LAYOUT.adapted(_options('tiny', images=10))
    options = _options('tiny', images=10).with_clips(0.0, oddities=False)
    assert LAYOUT.adapted(options) is options
    assert set(LAYOUT.planted(options)) == {None}
