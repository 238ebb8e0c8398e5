"""Presets: number, size and difficulty of the images."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from mmfer.synthetic.layouts.conditions import ClipConditions, Conditions

NOISE_KINDS = ('other-coarse', 'same-coarse', 'uniform')


@dataclass(frozen=True)
class Preset:
    """Numbers and conditions of a rendered data set."""

    images: int
    """Images of all splits together."""
    size: int
    """Width and height in pixels."""
    test_share: float = 0.2
    images_per_identity: int = 8
    balanced: bool = False
    """Whether all classes have the same frequency, not that of the real data set."""
    conditions: Conditions = Conditions()


HARD = Conditions(
    intensity=(0.3, 0.9),
    jitter=0.25,
    asymmetry=0.25,
    blend_rate=0.35,
    yaw=22.0,
    pitch=9.0,
    roll=8.0,
    zoom=(0.65, 0.98),
    light_azimuth=(-100.0, 100.0),
    light_elevation=(-20.0, 75.0),
    light_strength=(0.3, 1.3),
    occluder_rate=0.25,
    blur=(0.0, 1.2),
    noise=(0.004, 0.04),
    jpeg_rate=0.7,
    jpeg_quality=(20, 90),
)

PRESETS: dict[str, Preset] = {
    'tiny': Preset(images=99, size=64, test_share=1 / 3),
    'small': Preset(images=1980, size=112),
    'standard': Preset(images=10_000, size=112),
    'occluded': Preset(images=10_000, size=112, conditions=Conditions(occluder_rate=0.5)),
    'hard': Preset(images=10_000, size=112, conditions=HARD),
    'turned': Preset(images=10_000, size=112, conditions=replace(HARD, even_yaw=0.4)),
    'photographs': Preset(
        images=10_000,
        size=112,
        images_per_identity=4,
        balanced=True,
        conditions=Conditions(
            variants=True,
            intensity=(0.7, 1.45),
            jitter=0.25,
            asymmetry=0.3,
            resting=0.6,
            marked=True,
            yaw=18.0,
            pitch=9.0,
            roll=9.0,
            zoom=(0.78, 1.15),
            close=True,
            light_azimuth=(-110.0, 110.0),
            light_elevation=(-15.0, 75.0),
            light_strength=(0.5, 2.1),
            shade=(0.1, 0.9),
            occluder_rate=0.1,
            occluders=('sunglasses', 'hand'),
            blur=(0.0, 0.6),
            noise=(0.002, 0.02),
            jpeg_rate=0.5,
            jpeg_quality=(30, 95),
        ),
    ),
}

CLIP_PRESETS: dict[str, Preset] = {
    'tiny': Preset(images=96, size=170, images_per_identity=12, conditions=ClipConditions()),
    'small': Preset(images=255, size=170, images_per_identity=10, conditions=ClipConditions()),
    'standard': Preset(images=255, size=340, images_per_identity=10, conditions=ClipConditions()),
    'hard': Preset(
        images=96,
        size=170,
        images_per_identity=12,
        conditions=ClipConditions(
            yaw=8.0,
            pitch=4.0,
            roll=4.0,
            light_azimuth=(-60.0, 60.0),
            light_elevation=(5.0, 50.0),
            light_strength=(0.6, 1.1),
            jpeg_rate=1.0,
            jpeg_quality=(50, 90),
            blinks=0.5,
            turn=(3.0, 2.0),
            light_change=(8.0, 5.0, 0.08),
            talking=0.25,
        ),
    ),
}
"""Presets of data sets of clips; ``images`` are clips, ``size`` is the height of a frame."""

VIDEO_PRESETS: dict[str, Preset] = {
    name: replace(CLIP_PRESETS[name], images=videos, size=size, images_per_identity=2)
    for name, videos, size in (
        ('tiny', 8, 96),
        ('small', 16, 170),
        ('standard', 79, 340),
        ('hard', 8, 96),
    )
}
"""Presets of long videos at 200 frames per second, of which each has some 2,000 frames."""


SWITCHES = (
    'balanced',
    'conditions.variants',
    'conditions.close',
    'conditions.even_yaw',
    'conditions.marked',
    'conditions.resting',
    'conditions.shade',
    'conditions.turn',
    'conditions.light_change',
    'conditions.talking',
)
"""Settings that a record names only if they are on."""


@dataclass(frozen=True)
class Options:
    """All settings of a rendered data set except its layout."""

    preset: str
    images: int
    size: int
    seed: int
    label_noise: float
    noise_kind: str
    test_share: float
    images_per_identity: int
    conditions: Conditions
    balanced: bool = False

    @classmethod
    def build(
        cls,
        preset: str = 'small',
        seed: int = 0,
        size: int | None = None,
        images: int | None = None,
        label_noise: float = 0.0,
        noise_kind: str = 'other-coarse',
        presets: Mapping[str, Preset] = PRESETS,
    ) -> 'Options':
        """Options from a preset; ``size`` and ``images`` of None take the preset's values.

        Raises:
            ValueError: If a name is unknown or a value is out of range.
        """
        if preset not in presets:
            raise ValueError(f'There is no preset "{preset}". Use one of: {", ".join(presets)}.')
        if noise_kind not in NOISE_KINDS:
            raise ValueError(
                f'There is no kind of label noise "{noise_kind}". '
                f'Use one of: {", ".join(NOISE_KINDS)}.'
            )
        if not 0 <= label_noise < 1:
            raise ValueError(f'The label noise is a share from 0 to below 1, not {label_noise}.')
        if seed < 0:
            raise ValueError(f'The seed must not be negative, but is {seed}.')
        if size is not None and not 32 <= size <= 1024:
            raise ValueError(f'The size must be from 32 to 1024 pixels, but is {size}.')
        if images is not None and images < 1:
            raise ValueError(f'The number of images must be positive, but is {images}.')
        base = presets[preset]
        base = replace(base, images=images or base.images, size=size or base.size)
        return cls(
            preset,
            base.images,
            base.size,
            seed,
            label_noise,
            noise_kind,
            base.test_share,
            base.images_per_identity,
            base.conditions,
            base.balanced,
        )

    def with_clips(self, blinks: float | None, oddities: bool) -> 'Options':
        """The options with the given ``blinks`` (None for those of the preset) and ``oddities``.

        Raises:
            ValueError: If ``blinks`` is not from 0 to 1, or the options are not those of clips and
                a value differs from its default.
        """
        if blinks is not None and not 0 <= blinks <= 1:
            raise ValueError(f'Blinks are a share of the clips from 0 to 1, not {blinks}.')
        if isinstance(self.conditions, ClipConditions):
            conditions = replace(self.conditions, oddities=oddities)
            if blinks is not None:
                conditions = replace(conditions, blinks=blinks)
            return replace(self, conditions=conditions)
        if blinks or not oddities:
            raise ValueError(
                'Blinks and oddities are options of data sets of clips, such as casme2. Leave '
                'them out, or choose another layout.'
            )
        return self

    def to_json(self) -> dict[str, Any]:
        """A flat mapping of JSON values.

        Switches that are off are left out, so that an older, unfinished rendering can go on.
        """
        fields = asdict(self)
        conditions = {f'conditions.{k}': v for k, v in fields.pop('conditions').items()}
        return {
            k: list(v) if isinstance(v, tuple) else v
            for k, v in (fields | conditions).items()
            if k not in SWITCHES or (any(v) if isinstance(v, tuple) else v)
        }
