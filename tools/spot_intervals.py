"""Find the micro-expressions in a long video: the first and the last frame of each.

VIDEO is a video file or a folder of frames. An interval is a change of the face that is strong for
this video, and lasts from 0.1 to 0.525 seconds. Prints the intervals, and writes the curve (PNG)
and the numbers (JSON) to --out-dir. With --model, each interval gets its apex frame and the class
that this model predicts. To compare with the coded intervals of a data set, see
tools/analysis_tools/interval_error.py.

Examples:
    python tools/spot_intervals.py interview.mp4 --out-dir out
    python tools/spot_intervals.py SAMM_longvideos/006_1 --fps 200 --out-dir out
    python tools/spot_intervals.py interview.mp4 --model CONFIG CHECKPOINT --out-dir out
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mmfer.apis.micro_expression import MicroExpression, MicroExpressionInferencer
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.clip_landmarks import SidecarLandmarks
from mmfer.faces.clips.clip_results import recorded_clip, results_stem
from mmfer.faces.clips.interval_spotter import IntervalSpotter, SpottedIntervals
from mmfer.faces.clips.intervals import IntervalOptions, frame_limits
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.files import write_json
from mmfer.markdown import markdown_table
from mmfer.progress import progress_bar
from mmfer.visualization.apex import plot_intervals

LEAST_FPS, MOST_FPS = 10, 10_000
FEW = 300
"""Frames that are read too soon for a progress bar."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('video', type=given_path, metavar='VIDEO', help='frames, or a video file')
    parser.add_argument('--out-dir', type=given_path, required=True, help='folder for the results')
    parser.add_argument(
        '--fps', type=float, help='frames per second; default: those that a video file declares'
    )
    parser.add_argument(
        '--strength',
        type=float,
        default=IntervalOptions().strength,
        help='least strength of a change, in units of what usually changes in the video; '
        'default: %(default)s',
    )
    parser.add_argument(
        '--model',
        nargs=2,
        metavar=('CONFIG', 'CHECKPOINT'),
        help='a model of micro-expressions, which predicts the class of each interval',
    )
    parser.add_argument(
        '--sidecar', type=given_path, help='sidecar with the landmarks of the frames'
    )
    return parser.parse_args()


class WatchedClip(Clip):
    """A clip that shows how far each pass over its frames is."""

    def __init__(self, clip: Clip) -> None:
        self.clip, self.name, self.numbers = clip, clip.name, clip.numbers
        self.messages, self.fps = clip.messages, clip.fps

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        frames = self.clip.read(start, stop)
        count = len(range(len(self.numbers))[start:stop])
        yield from progress_bar(frames, total=count, unit='frame') if count > FEW else frames


def frame_rate(clip: Clip, given: float | None) -> float:
    """The frames per second.

    Raises:
        ValueError: If they are not known, or too few to see a micro-expression.
    """
    fps = clip.fps if given is None else given
    if fps is None:
        raise ValueError(f'{clip.name} does not tell its frames per second. Give --fps.')
    if not LEAST_FPS <= fps <= MOST_FPS:
        raise ValueError(
            f'{clip.name}: {fps:g} frames per second. A micro-expression lasts less than half a '
            f'second: give a video of {LEAST_FPS} to {MOST_FPS} frames per second, or correct '
            '--fps.'
        )
    return fps


def predicted(one: MicroExpression | None) -> list[str]:
    """The apex, the class and its score; lines for those that are not known."""
    if one is None:
        return ['-', '-', '-']
    if one.face is None:
        return [str(one.spotted.apex), '-', '-']
    return [str(one.spotted.apex), one.face.label, f'{one.face.scores[one.face.label]:.2f}']


def as_json(result: SpottedIntervals, fps: float, found: list[MicroExpression | None]) -> dict:
    return {
        'predictions': [one and one.to_dict() for one in found],
        'intervals': [list(interval) for interval in result.intervals],
        'fps': fps,
        'numbers': list(result.numbers),
        'curve': result.curve.round(4).tolist(),
        'messages': list(result.messages),
    }


@friendly_errors
def main() -> None:
    args = parse_args()
    cv2.setNumThreads(1)  # frames are small: threads cost more than they bring
    clip = open_clip(args.video)
    fps = frame_rate(clip, args.fps)
    stem = results_stem(args.out_dir, args.video, '_intervals.json')
    least, most = frame_limits(fps)
    options = IntervalOptions(args.strength, least, most)
    landmarks = SidecarLandmarks(args.sidecar).of(clip) if args.sidecar else None
    clip = WatchedClip(clip)
    found: list[MicroExpression | None] = []
    if args.model:
        result, found = MicroExpressionInferencer(*args.model).spot(clip, options, landmarks)
    else:
        spotter = IntervalSpotter(options, None if args.sidecar else FaceLandmarker())
        result = spotter(clip, landmarks)
    said = (line for one in found if one for line in one.messages)
    for message in dict.fromkeys((*result.messages, *said)):
        print(f'{args.video}: {message}')
    numbers = list(result.numbers)
    title = f'{args.video.name}, frames {numbers[0]} to {numbers[-1]}'
    results_stem(args.out_dir, args.video, '_intervals.json')  # another process may have written it
    plot_intervals(numbers, result.curve, result.intervals, options.strength, title).savefig(
        f'{stem}_intervals.png'
    )
    content = {'clip': recorded_clip(args.video), **as_json(result, fps, found)}
    write_json(Path(f'{stem}_intervals.json'), content)
    rows = []
    for first, last in result.intervals:
        start, end = numbers.index(first), numbers.index(last)
        peak = result.curve[start : end + 1].max()
        rows.append([str(first), str(last), f'{(last - first + 1) / fps:.2f}', f'{peak:.1f}'])
    head = ['first frame', 'last frame', 'seconds', 'strength']
    if found:
        head += ['apex', 'class', 'score']
        rows = [row + predicted(one) for row, one in zip(rows, found, strict=True)]
    if rows:
        print(markdown_table(head, rows))
    print(
        f'{len(rows)} micro-expressions in {len(numbers)} frames ({len(numbers) / fps:.1f} s). See '
        f'{stem}_intervals.png and {stem}_intervals.json'
    )


if __name__ == '__main__':
    main()
