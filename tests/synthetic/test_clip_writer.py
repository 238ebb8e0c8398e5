from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfer.synthetic.clip_writer import INTENSITIES, ClipWriter
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.clips import JPEG_QUALITY
from mmfer.synthetic.layouts.encoding import encode_jpeg
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.plan import plan

LAYOUT = build_layout('casme2')
OPTIONS = Options.build('tiny', size=32, images=12, presets=LAYOUT.presets).with_clips(1.0, False)
SAMPLE = plan(LAYOUT, OPTIONS)['all'][4]


def test_the_frames_of_a_clip_are_written(tmp_path: Path):
    truth = ClipWriter(LAYOUT, OPTIONS, tmp_path)(SAMPLE)
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob('*') if p.is_file()}
    paths = LAYOUT.paths('all', SAMPLE.index, SAMPLE.label, truth)
    assert files == set(paths) and len(paths) == len(truth['frames'])
    assert paths[0].endswith(f'{truth["clip"]}/img{truth["apex"]}.jpg')
    numbers = [frame['frame'] for frame in truth['frames']]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert numbers[0] < truth['onset'] < truth['apex'] < truth['offset'] < numbers[-1]
    assert cv2.imread(str(tmp_path / paths[0])).shape == (32, 26, 3)
    assert truth['intensity'] in INTENSITIES
    assert '+'.join(truth['action_units']) == truth['coded_action_units']
    for level in truth['action_units'].values():
        assert 0.8 <= level / truth['intensity'] <= 1.2
    assert numbers[0] <= truth['blink'][0] <= truth['blink'][1] <= numbers[-1]


def test_compression_hides_less_than_rounding_does():
    rng = np.random.default_rng(0)
    frame = cv2.GaussianBlur(rng.integers(0, 256, (64, 64, 3), np.uint8), (0, 0), 1.5)
    decoded = cv2.imdecode(np.frombuffer(encode_jpeg(frame, JPEG_QUALITY), np.uint8), 1)
    grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(float) for p in (frame, decoded[..., ::-1])]
    assert np.sqrt(np.mean((grey[0] - grey[1]) ** 2)) < 0.5


def test_a_failure_names_the_clip(tmp_path: Path):
    (tmp_path / 'CASME2_RAW_selected').write_text('in the way')
    with pytest.raises(RuntimeError, match=r'clip "sub01/EP02_02.?" below .* failed with'):
        ClipWriter(LAYOUT, OPTIONS, tmp_path)(SAMPLE)


def test_a_hard_clip_is_compressed_and_disturbed(tmp_path: Path):
    options = Options.build('hard', size=48, images=12, presets=LAYOUT.presets)
    options = options.with_clips(None, False)
    sample = plan(LAYOUT, options)['all'][4]
    truth = ClipWriter(LAYOUT, options, tmp_path / 'hard')(sample)
    assert truth['turned']['yaw'] > 0.5
    yaws = [np.array(f['keypoints']).reshape(68, 3) for f in truth['frames']]
    # The nose's tip moves against the eyes' outer corners only if the head turns.
    nose = [p[30, 0] - (p[36, 0] + p[45, 0]) / 2 for p in yaws]
    assert np.ptp(nose) > 0.2

    clear = replace(options, conditions=replace(options.conditions, jpeg_rate=0.0))
    ClipWriter(LAYOUT, clear, tmp_path / 'clear')(sample)
    path = LAYOUT.paths('all', 4, sample.label, truth)[0]
    one, other = (
        cv2.imread(str(tmp_path / kind / path)).astype(float) for kind in ('hard', 'clear')
    )
    assert 0.3 < np.abs(one - other).mean() < 8
