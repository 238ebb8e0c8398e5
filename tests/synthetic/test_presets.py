import json
from dataclasses import replace

import pytest

from mmfer.synthetic.presets import PRESETS, Options
from mmfer.synthetic.scene import OCCLUDERS


def test_presets_hold_what_their_names_promise():
    assert list(PRESETS) == ['tiny', 'small', 'standard', 'occluded', 'hard']
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


@pytest.mark.parametrize(
    ('wrong', 'message'),
    [
        ({'preset': 'huge'}, 'no preset "huge".*tiny, small, standard, occluded, hard'),
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
