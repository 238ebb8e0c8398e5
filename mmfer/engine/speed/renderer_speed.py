"""The speed of the renderer of made-up faces, and the modules where its time goes."""

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import mmfer.synthetic
from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.turns import Times, take_turns
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.layout import ImageLayout
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.plan import image_generator, person_of, plan
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.sampling import sample_shot

LAYOUT = 'rafdb'
FOLDER = Path(str(mmfer.synthetic.__file__)).parent
REST = 'other'


class Rendering:
    """Renders the images of a preset one after another, without writing files.

    Args:
        preset: A name of :data:`mmfer.synthetic.layouts.presets.PRESETS`.
        size: Height and width of the images in pixels.
    """

    def __init__(self, preset: str, size: int = 112) -> None:
        layout = build_layout(LAYOUT)
        assert isinstance(layout, ImageLayout)
        self.layout, self.renderer = layout, Renderer()
        self.options = Options.build(preset, size=size)
        self.samples = cycle(plan(layout, self.options)['train'])

    def __call__(self) -> None:
        """Render an image."""
        sample = next(self.samples)
        options = self.options
        person = person_of(self.layout, options.seed, sample.identity, options.conditions.marked)
        rng = image_generator(self.options.seed, sample)
        shot = sample_shot(self.layout, sample.clean_label, self.options.conditions, rng)
        self.renderer.render(person, shot.scene, self.options.size)


def renderer_speed(
    size: int,
    times: Times,
    presets: Sequence[str] = ('small', 'photographs'),
    profiled: int = 16,
) -> list[Row]:
    """Measure the renderer with presets, which take turns, and profile it.

    Args:
        size: Height and width of the images in pixels.
        times: How long and by which clock presets are measured.
        presets: Names of presets.
        profiled: Number of images whose time is divided among the modules.

    Returns:
        A row for each preset; ratios relate to the first. Further cells are the shares of the
        modules that take 2 % or more with some preset.
    """
    steps = [Rendering(preset, size) for preset in presets]
    speeds = take_turns(steps, 1, times.repeats, times.seconds, times.timer)
    shares = [time_by_module(step, profiled) for step in steps]
    names = sorted(set().union(*shares), key=lambda name: -max(one.get(name, 0) for one in shares))
    shown = [name for name in names if max(one.get(name, 0) for one in shares) >= 0.02]
    rows = []
    for preset, speed, found in zip(presets, speeds, shares, strict=True):
        row = Row({'preset': preset}, {RATE: speed})
        row.facts = {name: f'{found.get(name, 0):.0%}' for name in shown}
        rows.append(row)
    return rows


def time_by_module(step: Rendering, images: int) -> dict[str, float]:
    """The share of each module of :mod:`mmfer.synthetic` in the time of rendering.

    The time of a function of another library belongs to the module that calls it.

    Args:
        step: The rendering.
        images: Number of images to render.
    """
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(images):
        step()
    profile.disable()
    entries = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    times: dict[str, float] = defaultdict(float)
    left: dict[tuple, float] = {}
    for function, (_, _, own, _, callers) in entries.items():
        _charge(function, own, callers, times, left)
    # Time of other libraries wanders up to their callers until it reaches a module of mmfer.
    for _ in range(50):
        waiting, left = left, {}
        for function, own in waiting.items():
            total = sum(edge[3] for edge in entries[function][4].values())
            for caller, edge in entries[function][4].items():
                part = own * edge[3] / total if total else 0.0
                name = _module(caller)
                if name is None:
                    left[caller] = left.get(caller, 0.0) + part
                else:
                    times[name] += part
    whole = sum(entry[2] for entry in entries.values())
    times[REST] = whole - sum(times.values())
    return {name: own / whole for name, own in times.items()}


def _charge(
    function: tuple, own: float, callers: dict, times: dict[str, float], left: dict[tuple, float]
) -> None:
    """Charge the own time of a function to its module, or to its callers by their edges."""
    name = _module(function)
    if name is not None:
        times[name] += own
        return
    for caller, edge in callers.items():
        name = _module(caller)
        if name is None:
            left[caller] = left.get(caller, 0.0) + edge[2]
        else:
            times[name] += edge[2]


def _module(function: tuple) -> str | None:
    """The module of a profiled function in :mod:`mmfer.synthetic`; None elsewhere."""
    path = Path(function[0])
    return path.stem if FOLDER in path.parents else None
