"""Renders one clip at a time and writes its frames."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mmfer.synthetic.clip_truth import clip_annotation
from mmfer.synthetic.expressions.action_units import gaze_units
from mmfer.synthetic.expressions.disturbances import sample_disturbances
from mmfer.synthetic.expressions.micro_expressions import sample_combination
from mmfer.synthetic.expressions.motion_course import (
    FRAME_RATE,
    Course,
    Moment,
    sample_course,
    sample_video_course,
)
from mmfer.synthetic.layouts.clips import ClipLayout, frame_size
from mmfer.synthetic.layouts.conditions import ClipConditions
from mmfer.synthetic.layouts.frame_truth import frame_annotation
from mmfer.synthetic.layouts.layout import Truth
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.plan import Sample, image_generator, person_of
from mmfer.synthetic.render.clip_renderer import ClipRenderer
from mmfer.synthetic.render.photograph_effects import compress
from mmfer.synthetic.render.renderer import Renderer
from mmfer.synthetic.sampling import sample_shot

INTENSITIES = (0.2, 0.3, 0.4, 0.5)
JITTER = 0.1
"""Relative standard deviation of the intensity of each action unit."""
FIRST_FRAMES = (1, 150)


class ClipWriter:
    """Writes the clips of one rendered data set, in any order.

    Args:
        layout: The files of the data set.
        options: The options of the data set: number, size and conditions of its clips.
        root: The data set's folder.
    """

    def __init__(self, layout: ClipLayout, options: Options, root: Path) -> None:
        assert isinstance(options.conditions, ClipConditions)
        self.layout, self.options, self.root = layout, options, root
        self.conditions = options.conditions
        self.names = layout.clip_names(options)
        self.oddities = layout.planted(options)
        self.renderer = ClipRenderer(Renderer())
        self._person = lru_cache(maxsize=4)(person_of)

    def __call__(self, sample: Sample) -> Truth:
        """Render a clip, write its frames and return its annotation.

        Raises:
            RuntimeError: If the clip cannot be rendered or written; the message names the clip.
        """
        name = self.names[sample.index]
        try:
            return self._write(sample, name)
        except Exception as error:
            raise RuntimeError(
                f'Rendering the clip "{name}" below "{self.root}" failed with '
                f'{type(error).__name__}: {error}. Finished clips are kept: run the same command '
                'again to continue.'
            ) from error

    def _write(self, sample: Sample, name: str) -> Truth:
        options = self.options
        person = self._person(self.layout, options.seed, sample.identity, options.conditions.marked)
        rng = image_generator(self.options.seed, sample)
        emotion = self.layout.classes[sample.label]
        shot = sample_shot(self.layout, sample.label, self.conditions, rng)
        coded, intensity = sample_combination(emotion, rng), float(rng.choice(INTENSITIES))
        units = {
            au: round(intensity * float(np.clip(rng.normal(1, JITTER), 0.8, 1.2)), 4)
            for au in coded.split('+')
        }
        pace = self.layout.RELEASE.fps / FRAME_RATE
        moments: list[Moment] = []
        if self.layout.videos:
            course, moments = sample_video_course(
                rng, pace, macros=self.layout.macros, blinks=self.conditions.blinks
            )
        else:
            course = sample_course(rng, self.conditions.blinks, pace)
        course = self._disturbed(course, rng, pace)
        first = 1 if self.layout.videos else int(rng.integers(*FIRST_FRAMES))
        oddity = self.oddities[sample.index]
        # A frame strictly between onset and apex.
        gone = [first + (course.onset + course.apex) // 2] if oddity == 'missing_frame' else []
        odd = self.conditions.oddities
        name = self.layout.named(name, emotion, first + course.onset)
        height, width = frame_size(self.options.size)
        truth = clip_annotation(sample, person, shot.scene, course, first) | {
            'clip': name,
            'subject': name.split('/')[0],
            'width': width,
            'height': height,
            'emotion': emotion,
            'intensity': intensity,
            'action_units': units,
            'coded_action_units': self.layout.coded_units(coded, intensity, sample.index, odd),
            'oddity': oddity,
            'missing_frames': gone,
            'frames': [],
        }
        if moments:
            fields = ('onset', 'apex', 'offset')
            truth['moments'] = [
                {field: first + getattr(one, field) for field in fields}
                | ({'macro': True} if one.macro else {})
                for one in moments
            ]
        if oddity == 'missing_clip':
            return truth
        neutral = replace(shot.scene, face_units=gaze_units(*shot.gaze), jpeg_quality=None)
        quality = shot.scene.jpeg_quality
        clip = self.renderer.render(person, neutral, units, course, height, width)
        for number, frame in enumerate(clip, first):
            if number not in gone:
                path = self.root / self.layout.frame_path(truth, number)
                path.parent.mkdir(parents=True, exist_ok=True)
                # The annotation marks the clip as complete, so frames need no atomic write.
                image = frame.image if quality is None else compress(frame.image, quality)
                path.write_bytes(self.layout.encode(image))
                truth['frames'].append(frame_annotation(number, frame))
        return truth

    def _disturbed(self, course: Course, rng: np.random.Generator, pace: float) -> Course:
        """The course with the disturbances of the conditions, if there are any."""
        asked = self.conditions
        if not (any(asked.turn) or any(asked.light_change) or asked.talking):
            return course
        frames = len(course.level)
        found = sample_disturbances(
            frames, asked.turn, asked.light_change, asked.talking, rng, pace
        )
        return replace(course, disturbances=found)
