"""Spot micro-expressions in long videos, and compare them with the coded ones.

DIR is the folder of CAS(ME)^2, of SAMM Long Videos, or of CAS(ME)^3 with whole videos. Videos
without a coded micro-expression are not read, so intervals found there do not lower F1. A found
interval is right if its intersection over union with a coded one is 0.5 or more; precision, recall
and F1 are those of all videos together, as in the challenges MEGC. Beside them are the means of
intervals of the mean length at random places: one in each video, and as many as are coded.

Landmarks come from DIR/annotations/faces.json if it exists, else they are found in the first frame.
The default numbers of frames are those from 0.1 to 0.525 s at the frame rate of the data set: 3
and 16 at 30 frames/s, 20 and 105 at 200.

Examples:
    python tools/render_synthetic.py casme_squared data/synthetic/casme_squared --preset tiny \\
        --images 8
    python tools/analysis_tools/interval_error.py data/synthetic/casme_squared --out spotted.json
    python tools/render_synthetic.py samm_long data/synthetic/samm_long --preset tiny
    python tools/analysis_tools/interval_error.py data/synthetic/samm_long --noise 2
"""

import argparse
from pathlib import Path

import cv2

from mmfer.datasets.readers.clip_release.spans import release_of
from mmfer.datasets.readers.clip_release.videos import LongVideo, read_videos
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.evaluation.clips.spotting import SpottingScore, chance_score, matched, spotting_score
from mmfer.faces.clips.apex_pool import ClipTask, spot_intervals
from mmfer.faces.clips.clip import open_clip
from mmfer.faces.clips.clip_landmarks import SidecarLandmarks
from mmfer.faces.clips.intervals import IntervalOptions, frame_limits
from mmfer.faces.clips.sensor_noise import DEFAULT_FLICKER, DEFAULT_NOISE
from mmfer.files import check_writable, write_json
from mmfer.labels.long_videos import LONG_VIDEOS
from mmfer.markdown import markdown_table
from mmfer.progress import progress_bar

SIDECAR = Path('annotations') / 'faces.json'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('root', type=given_path, metavar='DIR', help='the folder of the data set')
    parser.add_argument(
        '--strength',
        type=float,
        default=IntervalOptions().strength,
        help='least strength of a change, in units of what usually changes in a video; '
        'default: %(default)s',
    )
    parser.add_argument('--least', type=int, help='least number of frames; default: 0.1 s')
    parser.add_argument('--most', type=int, help='largest number of frames; default: 0.525 s')
    parser.add_argument(
        '--noise', type=float, default=0.0, help='sensor noise in grey levels, for renderings'
    )
    parser.add_argument('--seed', type=int, default=0, help='of noise and random intervals')
    parser.add_argument('--jobs', type=int, default=1, help='processes, default: %(default)s')
    parser.add_argument('--out', type=given_path, help='a JSON file with all intervals')
    return parser.parse_args()


def tasks_of(root: Path, videos: list[LongVideo], noise: float, seed: int) -> list[ClipTask]:
    """The videos with their landmarks."""
    sidecar = SidecarLandmarks(root / SIDECAR) if (root / SIDECAR).is_file() else None
    return [
        ClipTask(
            video.name,
            video.folder,
            landmarks=sidecar.of(open_clip(video.folder)) if sidecar else None,
            noise=(noise, noise / DEFAULT_NOISE * DEFAULT_FLICKER) if noise else None,
            seed=seed,
        )
        for video in videos
    ]


def row(name: str, score: SpottingScore) -> list[str]:
    """A row of the table."""
    counts = [f'{score.true_positives:.4g}', f'{score.found:.4g}', f'{score.true:.4g}']
    return [name, *counts, *(f'{x:.1f}' for x in (score.precision, score.recall, score.f1))]


@friendly_errors
def main() -> None:
    args = parse_args()
    cv2.setNumThreads(1)  # frames are small: threads cost more than they bring
    if args.out is not None:
        check_writable(args.out)
    videos, faults = read_videos(args.root)
    given = args.least, args.most
    usual = frame_limits(release_of(args.root, LONG_VIDEOS).fps)
    least, most = (b if a is None else a for a, b in zip(given, usual, strict=True))
    options = IntervalOptions(args.strength, least, most)
    tasks = tasks_of(args.root, videos, args.noise, args.seed)
    results = spot_intervals(tasks, options, args.jobs)
    found, true, spans, report = [], [], [], {}
    notes: list[str] = []
    for video, result in zip(
        videos, progress_bar(results, total=len(videos), unit='video'), strict=True
    ):
        if isinstance(result, str):
            faults.append(f'{video.name}: {result}')
            continue
        notes += [f'{video.name}: {message}' for message in result.messages]
        intervals = list(result.intervals)
        found.append(intervals)
        true.append(list(video.intervals))
        spans.append((result.numbers[0], result.numbers[-1]))
        right = [intervals[i] for i, _ in matched(intervals, video.intervals)]
        report[video.name] = {'true': video.intervals, 'found': intervals, 'right': right}
    for line in notes:
        print(line)
    for line in faults:
        print(f'Left out: {line}')
    if not found:
        raise ValueError(f'No video of "{args.root}" could be read. See above.')
    score = spotting_score(found, true)
    chance, as_many = (
        chance_score(spans, true, seed=args.seed, as_many=many) for many in (False, True)
    )
    heads = ['', 'right', 'found', 'coded', 'precision', 'recall', 'F1']
    rows = [
        row('spotted', score),
        row('one interval at a random place', chance),
        row('as many as coded at random places', as_many),
    ]
    print(markdown_table(heads, rows))
    if args.out is not None:
        measures = {'f1': score.f1, 'precision': score.precision, 'recall': score.recall}
        measures |= {'f1_of_chance': chance.f1, 'f1_of_as_many': as_many.f1}
        write_json(args.out, {**measures, 'videos': report})


if __name__ == '__main__':
    main()
