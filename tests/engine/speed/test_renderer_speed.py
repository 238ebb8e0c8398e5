"""The speed of the renderer, and where its time goes."""

import pytest

from mmfer.engine.speed.renderer_speed import Rendering, renderer_speed, time_by_module
from mmfer.engine.speed.turns import Times


def test_presets_and_modules() -> None:
    small, photographs = renderer_speed(32, Times(1, 0.01), profiled=1)
    assert [row.names['preset'] for row in (small, photographs)] == ['small', 'photographs']
    assert small.speeds['images/s'].ratios == [1]
    assert photographs.speeds['images/s'].median > 0
    assert {'rasterizer', 'shading', 'lighting'} <= set(small.facts) == set(photographs.facts)


def test_all_time_belongs_to_a_module() -> None:
    step = Rendering('small', 32)
    step()
    shares = time_by_module(step, 2)
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) > -1e-6 and shares['other'] < 0.05
