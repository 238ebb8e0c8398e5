"""Find the face and its 68 landmarks in each image of a data set, and store them for its reader.

Writes DATASET_DIR/annotations/<part>.json for each part, and beside it a csv file that lists images
without a face, with several faces, or that cannot be read. Run the same command again to continue
a killed run.

Example:
    python tools/prepare_faces.py data/rafdb --layout rafdb --jobs 4
"""

import argparse
from pathlib import Path

from mmfer.datasets.face_jobs import PREPARED, sidecar_jobs
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.faces.detection.choice import DETECTORS, LANDMARKERS
from mmfer.faces.preparation.finding_options import FindingOptions
from mmfer.faces.preparation.prepare import Preparation, prepare_faces


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'root', type=given_path, metavar='DATASET_DIR', help='folder of the data set'
    )
    parser.add_argument('--layout', required=True, choices=sorted(PREPARED), help='its files')
    parser.add_argument('--parts', nargs='+', default=(), help='such as train test; default: all')
    parser.add_argument('--jobs', type=int, default=1, help='processes, default: %(default)s')
    parser.add_argument(
        '--out',
        type=given_path,
        metavar='FILE',
        help='default: DATASET_DIR/annotations/{part}.json; {part} stands for the part',
    )
    parser.add_argument(
        '--overwrite', action='store_true', help='replace existing sidecars and their content'
    )
    parser.add_argument(
        '--min-face-size', type=int, default=24, help='pixels, default: %(default)s'
    )
    parser.add_argument(
        '--detector', choices=DETECTORS, default='mtcnn', help='default: %(default)s'
    )
    parser.add_argument(
        '--landmarker', choices=LANDMARKERS, default='mmfer', help='default: %(default)s'
    )
    parser.add_argument(
        '--rotations',
        type=int,
        nargs='+',
        choices=(90, 180, 270),
        default=(),
        help='turn an image without an upright face by these angles, counterclockwise',
    )
    parser.add_argument(
        '--whole-image',
        choices=('never', 'no-face', 'always'),
        default='never',
        help='use the whole image as the box of the face if no face is detected, or always, '
        'without detection; default: %(default)s',
    )
    parser.add_argument('--no-landmarks', action='store_true', help='boxes and five points only')
    parser.add_argument('--weights', help='weights of the landmarker mmfer; default: those shipped')
    parser.add_argument(
        '--record-alignment',
        action='store_true',
        help='images are face crops: store the estimated alignment, for checkpoints',
    )
    return parser.parse_args()


def sidecar_of(args: argparse.Namespace, part: str, parts: int) -> Path:
    if args.out is None:
        return args.root / 'annotations' / f'{part}.json'
    if parts > 1 and '{part}' not in str(args.out):
        raise ValueError(
            f'--out {args.out} names one file for {parts} parts. Write {{part}} in its name, or '
            'choose one part (--parts).'
        )
    return Path(str(args.out).replace('{part}', part))


def report(done: Preparation) -> None:
    known = f' ({done.known} from an earlier run)' if done.known else ''
    problems = ', '.join(f'{name}: {count}' for name, count in sorted(done.problems.items()))
    print(f'{done.sidecar}: {done.total} images{known}; {problems or "one face in each"}.')
    if 'several faces' in done.problems:
        print('  Of several faces, the largest is used.')
    if done.problems:
        print(f'  List of these images: {done.report}')
    if done.crop is not None:
        print(
            f'  The images are consistent face crops: face_crop = dict({spelled(done)})  '
            f'# median of {done.crop.faces}, interquartile range of scale {done.crop.spread:g}'
        )


def spelled(done: Preparation) -> str:
    assert done.crop is not None
    return ', '.join(f'{k}={v!r}' for k, v in done.crop.alignment.to_dict().items())


@friendly_errors
def main() -> None:
    args = parse_args()
    options = FindingOptions(
        args.min_face_size,
        args.whole_image.replace('-', ' '),
        not args.no_landmarks,
        args.weights,
        args.detector,
        args.landmarker,
        tuple(args.rotations),
    )
    parts = sidecar_jobs(args.layout, args.root, args.parts)
    images = {sidecar_of(args, part, len(parts)): found for part, found in parts.items() if found}
    if not images:
        raise ValueError(f'No images in "{args.root}" in the layout {args.layout}. Add images.')
    for part in (part for part, found in parts.items() if not found):
        print(f'No images in the {part} part: left out.')
    for done in prepare_faces(images, options, args.jobs, args.overwrite, args.record_alignment):
        report(done)


if __name__ == '__main__':
    main()
