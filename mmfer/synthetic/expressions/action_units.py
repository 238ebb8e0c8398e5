"""FACS action units as weights of the 52 ARKit face units.

An action unit (AU) is the effect of one muscle or one group of muscles on the face. FACS scores it
on five levels, A (trace) to E (maximum):

- P. Ekman and W. V. Friesen, *Facial Action Coding System: A Technique for the Measurement of
  Facial Movement*, Consulting Psychologists Press, 1978.
- P. Ekman, W. V. Friesen and J. C. Hager, *Facial Action Coding System: The Manual* and
  *Investigator's Guide*, A Human Face, 2002.

Here an intensity is a number: 0 is absent, 1 is level E. FACS defines no mapping to blend shapes;
:data:`ACTION_UNITS` is our reading of the appearance changes that FACS describes. A weight is above
1 where level E is stronger than the full face unit.
"""

from collections.abc import Mapping

MAX_FACE_UNIT = 1.5
"""Largest weight of a face unit; the mesh still looks like a face at this weight."""


def _both(unit: str, weight: float) -> dict[str, float]:
    return {f'{unit}Left': weight, f'{unit}Right': weight}


_BILATERAL: dict[str, dict[str, float]] = {
    '1': {'browInnerUp': 1.5},
    '2': _both('browOuterUp', 1.1),
    '4': _both('browDown', 1.25),
    '5': _both('eyeWide', 1.0),
    '6': _both('cheekSquint', 1.2) | _both('eyeSquint', 0.6),
    '7': _both('eyeSquint', 1.1),
    '9': _both('noseSneer', 1.5) | _both('mouthUpperUp', 0.25) | _both('browDown', 0.25),
    '10': _both('mouthUpperUp', 1.0),
    '12': _both('mouthSmile', 1.25),
    '14': _both('mouthDimple', 1.4),
    '15': _both('mouthFrown', 1.4),
    '16': _both('mouthLowerDown', 1.0),
    '17': {'mouthShrugLower': 1.3, 'mouthShrugUpper': 0.25},
    '18': {'mouthPucker': 1.0},
    '20': _both('mouthStretch', 1.3),
    '22': {'mouthFunnel': 1.0},
    '23': _both('mouthPress', 0.3) | {'mouthRollUpper': 0.6, 'mouthRollLower': 0.6},
    '24': _both('mouthPress', 0.5) | {'mouthRollUpper': 0.35, 'mouthRollLower': 0.8},
    '25': {'jawOpen': 0.06} | _both('mouthLowerDown', 0.2) | _both('mouthUpperUp', 0.1),
    '26': {'jawOpen': 0.4},
    '27': {'jawOpen': 0.95},
    '28': {'mouthRollUpper': 1.0, 'mouthRollLower': 1.0},
    '32': {'mouthRollLower': 1.2, 'jawOpen': 0.06},
    '34': {'cheekPuff': 1.0},
    '43': _both('eyeBlink', 1.0),
}


def _one_side(units: Mapping[str, float], side: str) -> dict[str, float]:
    return {unit: weight for unit, weight in units.items() if unit.endswith(side)}


ACTION_UNITS: dict[str, dict[str, float]] = {
    **_BILATERAL,
    **{f'L{au}': _one_side(_BILATERAL[au], 'Left') for au in ('2', '4', '9', '10', '12', '14')},
    **{f'R{au}': _one_side(_BILATERAL[au], 'Right') for au in ('2', '4', '9', '10', '12', '14')},
}
"""Face units of each AU at level E; ``L12`` and ``R12`` are the left and right side of AU 12."""


def mirrored(action_units: Mapping[str, float]) -> dict[str, float]:
    """The same action units with the left and right side of the face swapped."""
    swap = {'L': 'R', 'R': 'L'}
    return {swap.get(au[0], au[0]) + au[1:]: x for au, x in action_units.items()}


def face_units(action_units: Mapping[str, float]) -> dict[str, float]:
    """Weights of face units for action units with intensities from 0 to about 1.

    Contributions of several action units to one face unit are added and clipped to
    :data:`MAX_FACE_UNIT`; the closing of an eye is clipped to 1.

    Raises:
        ValueError: If an action unit is not in :data:`ACTION_UNITS`.

    Example:
        >>> face_units({'L12': 0.8})
        {'mouthSmileLeft': 1.0}
    """
    unknown = [au for au in action_units if au not in ACTION_UNITS]
    if unknown:
        raise ValueError(
            f'No face units are known for the action units {", ".join(unknown)}. '
            f'Use some of: {", ".join(ACTION_UNITS)}.'
        )
    weights: dict[str, float] = {}
    for au, intensity in action_units.items():
        for unit, weight in ACTION_UNITS[au].items():
            weights[unit] = weights.get(unit, 0.0) + weight * intensity
    return {
        unit: min(weight, 1.0 if unit.startswith('eyeBlink') else MAX_FACE_UNIT)
        for unit, weight in weights.items()
    }


def gaze_units(x: float, y: float) -> dict[str, float]:
    """Face units that turn both eyes (AU 61 to 64 of FACS).

    ``x`` points to the right of the image and ``y`` up, each from -1 to 1.
    """
    right, left, up, down = (max(0.0, v) for v in (x, -x, y, -y))
    return {
        'eyeLookOutLeft': right,
        'eyeLookInRight': right,
        'eyeLookInLeft': left,
        'eyeLookOutRight': left,
        **_both('eyeLookUp', up),
        **_both('eyeLookDown', down),
    }
