import pytest

from mmfer.synthetic.expressions.action_units import (
    ACTION_UNITS,
    MAX_FACE_UNIT,
    face_units,
    gaze_units,
    mirrored,
)
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.scene import Person


def test_the_head_pack_has_every_face_unit(head: Head):
    neutral = head.shape(Person())
    used = {unit for weights in ACTION_UNITS.values() for unit in weights} | set(gaze_units(1, 1))
    for unit in sorted(used):
        assert abs(head.express(neutral, {unit: 1.0}) - neutral).max() > 0.01, unit


def test_contributions_add_up():
    squint = ACTION_UNITS['6']['eyeSquintLeft'], ACTION_UNITS['7']['eyeSquintLeft']
    units = face_units({'6': 0.5, '7': 0.3})
    assert units['eyeSquintLeft'] == pytest.approx(0.5 * squint[0] + 0.3 * squint[1])


def test_weights_are_limited():
    units = face_units({'4': 3.0, '43': 3.0})
    assert units['browDownLeft'] == MAX_FACE_UNIT
    assert units['eyeBlinkRight'] == 1.0


def test_sides():
    assert set(face_units({'L12': 1.0})) == {'mouthSmileLeft'}
    both = face_units({'L12': 0.5, 'R12': 0.5})
    assert both == face_units({'12': 0.5})
    assert mirrored({'L12': 0.2, 'R2': 0.3, '4': 1.0}) == {'R12': 0.2, 'L2': 0.3, '4': 1.0}


def test_gaze_turns_both_eyes():
    right = gaze_units(0.4, -0.6)
    assert right['eyeLookOutLeft'] == right['eyeLookInRight'] == 0.4
    assert right['eyeLookDownLeft'] == right['eyeLookDownRight'] == 0.6
    assert right['eyeLookUpLeft'] == right['eyeLookInLeft'] == 0


def test_positive_gaze_is_to_the_right_of_the_image(head: Head):
    neutral = head.shape(Person())
    eyes = neutral[head.eye_vertices[0]]
    front = head.eye_vertices[0][eyes[:, 2].argmax()]
    turned = head.express(neutral, gaze_units(1, 0))
    assert turned[front, 0] > neutral[front, 0] + 0.01
    raised = head.express(neutral, gaze_units(0, 1))
    assert raised[front, 1] > neutral[front, 1] + 0.01


def test_an_unknown_action_unit_is_refused():
    with pytest.raises(ValueError, match='action units 99.*Use some of: 1, 2'):
        face_units({'99': 1.0, '12': 1.0})
