"""Find the micro-expressions in a long video: the first and the last frame of each.

VIDEO is a video file or a folder of frames. An interval is a change of the face that is strong for
this video, and lasts from 0.1 to 0.525 seconds. Prints the intervals, and writes the curve (PNG)
and the numbers (JSON) to --out-dir. To compare with the coded intervals of a data set, see
tools/analysis_tools/interval_error.py.

Examples:
    python tools/spot_intervals.py interview.mp4 --out-dir out
    python tools/spot_intervals.py SAMM_longvideos/006_1 --fps 200 --out-dir out
"""

import argparse
from pathlib import Path

import cv2

from mmfer.engine.cli import friendly_errors, given_path
from mmfer.faces.clips.clip import Clip, open_clip
from mmfer.faces.clips.clip_landmarks import SidecarLandmarks
from mmfer.faces.clips.interval_spotter import IntervalSpotter, SpottedIntervals
from mmfer.faces.clips.intervals import IntervalOptions, frame_limits
from mmfer.faces.detection.landmarker import FaceLandmarker
from mmfer.files import write_json
from mmfer.markdown import markdown_table
from mmfer.visualization.apex import plot_intervals

LEAST_FPS, MOST_FPS = 10, 10_000


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
    parser.add_argument('--first', type=int, help='number of a frame, default: the first frame')
    parser.add_argument('--last', type=int, help='number of a frame, default: the last frame')
    parser.add_argument(
        '--sidecar', type=given_path, help='sidecar with the landmarks of the frames'
    )
    return parser.parse_args()


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


def as_json(result: SpottedIntervals, fps: float) -> dict:
    return {
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
    least, most = frame_limits(fps)
    options = IntervalOptions(args.strength, least, most)
    landmarks = SidecarLandmarks(args.sidecar).of(clip) if args.sidecar else None
    spotter = IntervalSpotter(options, None if args.sidecar else FaceLandmarker())
    result = spotter(clip, landmarks, args.first, args.last)
    for message in result.messages:
        print(f'{args.video}: {message}')
    args.out_dir.mkdir(parents=True, exist_ok=True)
    stem = args.out_dir / args.video.stem
    numbers = list(result.numbers)
    title = f'{args.video.name}, frames {numbers[0]} to {numbers[-1]}'
    plot_intervals(numbers, result.curve, result.intervals, options.strength, title).savefig(
        f'{stem}_intervals.png'
    )
    write_json(Path(f'{stem}_intervals.json'), as_json(result, fps))
    rows = []
    for first, last in result.intervals:
        start, end = numbers.index(first), numbers.index(last)
        peak = result.curve[start : end + 1].max()
        rows.append([str(first), str(last), f'{(last - first + 1) / fps:.2f}', f'{peak:.1f}'])
    if rows:
        print(markdown_table(['first frame', 'last frame', 'seconds', 'strength'], rows))
    print(
        f'{len(rows)} micro-expressions in {len(numbers)} frames ({len(numbers) / fps:.1f} s). See '
        f'{stem}_intervals.png and {stem}_intervals.json'
    )


if __name__ == '__main__':
    main()
