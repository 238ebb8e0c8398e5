"""VGG, with or without batch norm.

In mmpretrain's ``VGG`` and in ``VGGBN16``, a convolution and its batch norm have one number, and
a pooling has another: 0, 1, 2 (pooling), 3, ...
"""

import re
from collections.abc import Iterable

from mmfer.engine.start_weights.layout import Layout

NUMBERED = re.compile(r'features\.(\d+)\.(weight|bias|running_mean|running_var)')
STAGED = re.compile(r'conv(\d)_(\d)\.(weight|bias)')


def _numbered(names: Iterable[str]) -> dict[str, str]:
    """torchvision's and timm's numbers also count batch norms and activations."""
    found = [match for name in names if (match := NUMBERED.fullmatch(name))]
    norms = {int(match[1]) for match in found if match[2] == 'running_mean'}
    convolutions = sorted({int(match[1]) for match in found} - norms)
    step = 3 if norms else 2  # a convolution, its batch norm and its activation
    places: dict[int, str] = {}
    place, expected = 0, 0
    for number in convolutions:
        place += number > expected  # a pooling lies between
        places[number] = f'features.{place}.conv'
        places[number + 1] = f'features.{place}.bn'
        place, expected = place + 1, number + step
    return {
        match[0]: f'{places[int(match[1])]}.{match[2]}'
        for match in found
        if int(match[1]) in places
    }


def _staged(names: Iterable[str]) -> dict[str, str]:
    """The authors' names: ``conv3_2`` is the second convolution of the third stage."""
    found = [match for name in names if (match := STAGED.fullmatch(name))]
    depths: dict[int, int] = {}
    for match in found:
        depths[int(match[1])] = max(depths.get(int(match[1]), 0), int(match[2]))
    renamed = {}
    for match in found:
        before = sum(depth + 1 for stage, depth in depths.items() if stage < int(match[1]))
        renamed[match[0]] = f'features.{before + int(match[2]) - 1}.conv.{match[3]}'
    return renamed


LAYOUTS = (
    Layout('torchvision or timm: VGG', _numbered),
    Layout("VGG with its authors' names, as VGG-Face", _staged),
)
