"""Find the apex frame of a clip, or of all clips of CASME II (paper 004, eq. 5-6).

For one clip, prints the apex, and writes the curve with the apex, the apex frame with its ten
regions, and the numbers (JSON) to --out-dir. For a data set, writes
DIR/annotations/spotted_apex.json, which the reader uses for frame='spotted'. With --spotted NAME,
the file has another name, which the reader gets as spotted=NAME.

Examples:
    python tools/spot_apex.py sub01/EP02_01f --onset 46 --offset 86 --out-dir out
    python tools/spot_apex.py --dataset data/casme2 --jobs 2
    python tools/spot_apex.py --dataset DIR --method registered --spotted spotted_registered.json
"""

import argparse
import time
from pathlib import Path

import cv2
from PIL import Image

from mmfer.datasets.readers.clip_release.folders import IMAGES
from mmfer.datasets.readers.clip_release.frames import SPOTTED, spotted_path
from mmfer.datasets.readers.clip_release.spans import read_spans
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.faces.clips.apex_pool import ClipTask, SpotterOptions, spot_apexes
from mmfer.faces.clips.apex_regions import REGION_NAMES
from mmfer.faces.clips.apex_result import ApexResult
from mmfer.faces.clips.apex_spotter import LANDMARKS, METHODS
from mmfer.faces.clips.clip import open_clip
from mmfer.faces.clips.clip_landmarks import CHOICES, SidecarLandmarks, check_choice
from mmfer.faces.clips.clip_results import recorded_clip, results_stem
from mmfer.files import check_writable, write_json
from mmfer.progress import progress_bar
from mmfer.visualization.apex import draw_apex_regions, plot_apex_curve
from mmfer.visualization.image_file import write_image

SIDECAR = Path('annotations') / 'faces.json'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument('clip', nargs='?', type=given_path, metavar='CLIP', help='frames, or a video')
    what.add_argument('--dataset', type=given_path, metavar='DIR', help='the folder of CASME II')
    parser.add_argument('--onset', type=int, help='number of a frame, default: the first frame')
    parser.add_argument('--offset', type=int, help='number of a frame, default: the last frame')
    parser.add_argument('--out-dir', type=given_path, help='folder for the results of one clip')
    parser.add_argument(
        '--spotted',
        metavar='NAME',
        help=f"the file in a data set's annotations/, default: {SPOTTED}",
    )
    parser.add_argument(
        '--errata', action='store_true', help='correct known errors of the coding file'
    )
    parser.add_argument(
        '--images',
        choices=IMAGES,
        help='frames of a data set, default: raw, or cropped if there are no raw ones',
    )
    parser.add_argument(
        '--sidecar',
        type=given_path,
        help='sidecar with the landmarks of the frames, its file names relative to the parent of '
        'its folder; default: annotations/faces.json of a data set if it exists, else detection',
    )
    parser.add_argument('--method', choices=METHODS, default='ratio', help='default: %(default)s')
    parser.add_argument('--eps', type=int, default=1, help='eps of the ratio, default: %(default)s')
    parser.add_argument(
        '--no-offset', action='store_true', help='leave out the second term of eq. 6'
    )
    parser.add_argument(
        '--landmarks', choices=LANDMARKS, default='onset', help='default: %(default)s'
    )
    parser.add_argument(
        '--face',
        type=face_choice,
        default='best',
        metavar='|'.join((*CHOICES, 'N')),
        help='of several faces; N counts from the left, from 0; default: %(default)s',
    )
    parser.add_argument(
        '--jobs', type=int, default=1, help='processes for a data set, default: %(default)s'
    )
    args = parser.parse_args()
    if args.clip is not None and args.out_dir is None:
        parser.error('a clip needs --out-dir')
    if args.dataset is not None and (args.onset, args.offset, args.out_dir) != (None, None, None):
        parser.error('--onset, --offset and --out-dir are options for one clip, not a data set')
    if args.clip is not None and (args.spotted or args.errata or args.images):
        parser.error(
            '--spotted, --errata and --images are options for a data set; a clip has --out-dir'
        )
    return args


def face_choice(text: str) -> str | int:
    """The choice of one of several faces in an argument."""
    face = int(text) if text.isdecimal() else text
    try:
        check_choice(face)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return face


def spot_clip(args: argparse.Namespace, options: SpotterOptions) -> None:
    clip = open_clip(args.clip)
    landmarks = SidecarLandmarks(args.sidecar).of(clip) if args.sidecar else None
    stem = results_stem(args.out_dir, args.clip, '_apex.json')
    spotter = options.build(landmarker=landmarks is None)
    began = time.perf_counter()
    result = spotter(clip, landmarks, args.onset, args.offset)
    rate = len(result.numbers) / (time.perf_counter() - began)
    for message in result.messages:
        print(f'{args.clip}: {message}')
    title = f'{args.clip.name}, frames {result.onset} to {result.offset}, {args.method}'
    figure = plot_apex_curve(result.numbers, result.curve, result.apex, title)
    results_stem(args.out_dir, args.clip, '_apex.json')  # another process may have written it
    figure.savefig(f'{stem}_curve.png')
    frame = clip.frame(clip.position(result.apex, 'apex'))
    image = draw_apex_regions(
        frame, result.regions, result.landmarks, f'{args.clip.name}: apex, frame {result.apex}'
    )
    write_image(f'{stem}_apex.png', Image.fromarray(image))
    write_json(Path(f'{stem}_apex.json'), {'clip': recorded_clip(args.clip), **as_json(result)})
    print(
        f'apex: frame {result.apex}, of {result.onset} to {result.offset} ({rate:.0f} frames/s). '
        f'See {stem}_curve.png, {stem}_apex.png and {stem}_apex.json'
    )


def as_json(result: ApexResult) -> dict:
    return {
        'apex': result.apex,
        'onset': result.onset,
        'offset': result.offset,
        'numbers': list(result.numbers),
        'curve': result.curve.round(6).tolist(),
        'regions': dict(zip(REGION_NAMES, result.regions.tolist(), strict=True)),
        'messages': list(result.messages),
    }


def spot_dataset(args: argparse.Namespace, options: SpotterOptions) -> None:
    out = spotted_path(args.dataset, SPOTTED if args.spotted is None else args.spotted)
    spans, faults = read_spans(args.dataset, errata=args.errata, images=args.images)
    sidecar_path = args.sidecar or args.dataset / SIDECAR
    known = args.sidecar is not None or sidecar_path.is_file()
    sidecar = SidecarLandmarks(sidecar_path) if known else None
    tasks, notes = [], []
    for span in spans:
        try:
            clip = open_clip(span.folder)
            landmarks = sidecar.of(clip) if sidecar else None
        except (FileNotFoundError, ValueError) as error:
            faults.append(f'{span.name}: {error}')
            continue
        span, said = span.among(clip.numbers)
        notes += [f'{span.name}: {line}' for line in said]
        tasks.append(ClipTask(span.name, span.folder, span.onset, span.offset, landmarks))
    check_writable(out)
    found = {}
    results = spot_apexes(tasks, options, args.jobs)
    for task, result in zip(
        tasks, progress_bar(results, total=len(tasks), unit='clip'), strict=True
    ):
        if isinstance(result, str):
            faults.append(f'{task.name}: {result}')
        else:
            found[task.name] = result.apex
            notes += [f'{task.name}: {message}' for message in result.messages]
    for line in notes:
        print(line)
    for line in faults:
        print(f'Left out: {line}')
    if not found:
        raise ValueError(f'No apex was found in any clip of "{args.dataset}". See above.')
    write_json(out, found)
    print(f'{len(found)} apexes found, {len(faults)} rows left out. See {out}')


@friendly_errors
def main() -> None:
    args = parse_args()
    cv2.setNumThreads(1)  # frames are small: threads cost more than they bring
    options = SpotterOptions(args.method, args.eps, not args.no_offset, args.landmarks, args.face)
    if args.dataset is not None:
        spot_dataset(args, options)
    else:
        spot_clip(args, options)


if __name__ == '__main__':
    main()
