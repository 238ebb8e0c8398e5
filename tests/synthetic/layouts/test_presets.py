import json
from dataclasses import replace

import pytest

from mmfer.engine import load_config
from mmfer.faces import build_alignment
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.conditions import ClipConditions
from mmfer.synthetic.layouts.presets import CLIP_PRESETS, PRESETS, Options
from mmfer.synthetic.render.scene import OCCLUDERS
from tests.helpers import ROOT


def test_presets_match_their_names():
    assert list(PRESETS) == [
        'tiny',
        'small',
        'standard',
        'occluded',
        'hard',
        'turned',
        'photographs',
    ]
    assert PRESETS['standard'].images == PRESETS['hard'].images == 10_000
    hard, standard = PRESETS['hard'].conditions, PRESETS['standard'].conditions
    assert hard.intensity[1] < standard.intensity[1]
    assert hard.yaw > standard.yaw
    assert hard.blend_rate > 0 == standard.blend_rate
    assert hard.occluder_rate > 0 == standard.occluder_rate
    assert set(hard.occluders) == set(OCCLUDERS)
    occluded = PRESETS['occluded'].conditions
    assert replace(occluded, occluder_rate=0.0) == standard
    assert occluded.occluder_rate > hard.occluder_rate


@pytest.mark.parametrize('preset', PRESETS.values())
def test_the_label_of_a_blend_is_its_larger_share(preset):
    assert 0 < preset.conditions.blend_weight[0] < preset.conditions.blend_weight[1] < 0.5


def test_overrides():
    options = Options.build('hard', seed=4, size=80, images=50)
    assert (options.size, options.images, options.seed) == (80, 50, 4)
    assert options.conditions == PRESETS['hard'].conditions
    assert Options.build('hard').size == PRESETS['hard'].size


def test_options_survive_json():
    options = Options.build('hard').to_json()
    assert json.loads(json.dumps(options)) == options
    assert options['conditions.yaw'] == 22.0


def test_switches_that_are_off_are_not_recorded():
    """An older rendering, begun before the switches existed, goes on."""
    switches = {'balanced', 'conditions.variants', 'conditions.close'}
    assert not switches & set(Options.build('hard').to_json())
    assert {Options.build('photographs').to_json()[name] for name in switches} == {True}
    later = {'conditions.marked', 'conditions.resting', 'conditions.shade'}
    assert not later & set(Options.build('hard').to_json())
    assert later <= set(Options.build('photographs').to_json())


@pytest.mark.parametrize(
    ('wrong', 'message'),
    [
        (
            {'preset': 'huge'},
            'no preset "huge".*tiny, small, standard, occluded, hard, turned, photographs',
        ),
        ({'noise_kind': 'any'}, 'no kind of label noise "any".*other-coarse'),
        ({'label_noise': 1.0}, 'from 0 to below 1, not 1.0'),
        ({'label_noise': -0.1}, 'from 0 to below 1, not -0.1'),
        ({'seed': -1}, 'seed must not be negative'),
        ({'size': 8}, 'from 32 to 1024 pixels, but is 8'),
        ({'size': 0}, 'from 32 to 1024 pixels, but is 0'),
        ({'images': 0}, 'number of images must be positive, but is 0'),
    ],
)
def test_wrong_options(wrong, message):
    with pytest.raises(ValueError, match=message):
        Options.build(**wrong)


def test_presets_of_clips():
    assert set(CLIP_PRESETS) <= set(PRESETS)
    few, all_of_them = CLIP_PRESETS['tiny'], CLIP_PRESETS['standard']
    assert (few.images, few.images_per_identity) == (96, 12)
    assert (all_of_them.images, all_of_them.size) == (255, 340)
    for preset in CLIP_PRESETS.values():
        conditions = preset.conditions
        assert conditions.noise == conditions.blur == (0, 0)
    laboratory, hard = few.conditions, CLIP_PRESETS['hard'].conditions
    assert laboratory == ClipConditions()
    assert hard.jpeg_rate == 1 and hard.blinks and hard.talking and all(hard.turn)
    with pytest.raises(ValueError, match='no preset "occluded". Use one of: tiny, small, standard'):
        Options.build('occluded', presets=CLIP_PRESETS)


def test_options_of_clips():
    options = Options.build('tiny', presets=CLIP_PRESETS)
    changed = options.with_clips(0.5, False)
    assert changed.conditions == ClipConditions(blinks=0.5, oddities=False)
    assert changed.to_json()['conditions.oddities'] is False
    assert options.with_clips(0.0, True) == options.with_clips(None, True) == options
    hard = Options.build('hard', presets=CLIP_PRESETS)
    assert hard.with_clips(None, True) == hard
    assert hard.with_clips(0.0, True).conditions.blinks == 0
    assert hard.to_json()['conditions.turn'] == [3.0, 2.0]
    assert not {'conditions.turn', 'conditions.talking'} & options.to_json().keys()
    with pytest.raises(ValueError, match='share of the clips from 0 to 1, not 2'):
        options.with_clips(2, True)
    images = Options.build('tiny')
    assert images.with_clips(0.0, True) is images
    for wrong in ((0.5, True), (0.0, False)):
        with pytest.raises(ValueError, match='options of data sets of clips'):
            images.with_clips(*wrong)


def test_close_renderings_record_their_own_framing():
    layout = build_layout('ferplus')
    whole, close = (layout.alignment(48, close) for close in (False, True))
    assert whole['scale'] > close['scale'] > 1
    path = ROOT / 'configs' / 'efficientnet' / 'efficientnet-lite0_renderings-48px.py'
    face_crop = load_config(path).face_crop
    assert build_alignment(face_crop) == build_alignment(close)
