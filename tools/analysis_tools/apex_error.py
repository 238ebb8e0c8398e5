"""Measure the error of spotted apexes on rendered clips, by intensity and noise.

Prints a Markdown table. DIR holds clips in the layout of CASME II with annotations/truth.json and,
for --landmarks true, annotations/faces.json. Noise is in grey levels; flicker is proportional to
the noise.

Example:
    python tools/analysis_tools/apex_error.py data/synthetic/casme2 --noise 0 2 4 --jobs 2
"""

import argparse
from dataclasses import asdict
from itertools import product

import cv2

from mmfer.datasets.readers.clip_release.spans import read_spans
from mmfer.engine.cli import friendly_errors, given_path, output_file
from mmfer.evaluation.clips.apex_error import ApexError, apex_error_table, read_apex_truth
from mmfer.faces.clips.apex_pool import ClipTask, SpotterOptions, spot_apexes
from mmfer.faces.clips.apex_spotter import LANDMARKS, METHODS
from mmfer.faces.clips.clip import open_clip
from mmfer.faces.clips.clip_landmarks import SidecarLandmarks
from mmfer.faces.clips.sensor_noise import DEFAULT_FLICKER, DEFAULT_NOISE
from mmfer.files import write_json
from mmfer.progress import progress_bar

CONDITIONS = ('method', 'landmarks', 'noise')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('root', type=given_path, metavar='DIR')
    parser.add_argument(
        '--noise', type=float, nargs='+', default=[DEFAULT_NOISE], help='default: %(default)s'
    )
    parser.add_argument(
        '--landmarks',
        choices=('true', 'predicted'),
        nargs='+',
        default=['true'],
        help='landmarks of the sidecar, or of FaceLandmarker; default: true',
    )
    parser.add_argument('--method', choices=METHODS, nargs='+', default=list(METHODS))
    parser.add_argument('--eps', type=int, default=1, help='eps of the ratio, default: %(default)s')
    parser.add_argument('--no-offset', action='store_true', help='ratio without the second term')
    parser.add_argument(
        '--follow', choices=LANDMARKS, default='onset', help='landmarks of the ratio'
    )
    parser.add_argument('--seed', type=int, default=0, help='seed of the noise')
    parser.add_argument('--jobs', type=int, default=1, help='processes, default: %(default)s')
    parser.add_argument('--out', type=output_file, help='also write every error to this JSON file')
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    cv2.setNumThreads(1)  # frames are small: threads cost more than they bring
    truth = read_apex_truth(args.root / 'annotations' / 'truth.json')
    spans, faults = read_spans(args.root)
    unknown = [span.name for span in spans if span.name not in truth]
    if unknown:
        raise ValueError(
            f'{len(unknown)} clips of "{args.root}" have no truth: {", ".join(unknown[:5])}'
            f'{" ..." if unknown[5:] else ""}. Give a completely rendered data set.'
        )
    clips = list({span.name: span.folder for span in spans if span.folder.is_dir()}.items())
    faults += [f'{span.name}: no folder of frames.' for span in spans if not span.folder.is_dir()]
    known = {}
    if 'true' in args.landmarks:
        sidecar = SidecarLandmarks(args.root / 'annotations' / 'faces.json')
        known = {name: sidecar.of(open_clip(folder)) for name, folder in clips}
    errors = []
    for method, landmarks, noise in product(args.method, args.landmarks, args.noise):
        tasks = [
            ClipTask(
                name,
                folder,
                truth[name]['onset'],
                truth[name]['offset'],
                known[name] if landmarks == 'true' else None,
                (noise, noise / DEFAULT_NOISE * DEFAULT_FLICKER) if noise else None,
                args.seed * len(clips) + number,
            )
            for number, (name, folder) in enumerate(clips)
        ]
        follow = args.follow if method == 'ratio' else 'onset'
        options = SpotterOptions(method, args.eps, not args.no_offset, follow)
        conditions = (method, landmarks, f'{noise:g}')
        results = progress_bar(
            spot_apexes(tasks, options, args.jobs),
            desc=', '.join(conditions),
            total=len(tasks),
            unit='clip',
        )
        for task, found in zip(tasks, results, strict=True):
            if isinstance(found, str):
                faults.append(f'{task.name}, {", ".join(conditions)}: {found}')
                continue
            row = truth[task.name]
            error = found.apex - row['apex']
            errors.append(ApexError(task.name, error, row['intensity'], conditions))
    for fault in faults:
        print(f'Left out: {fault}')
    print(apex_error_table(errors, CONDITIONS))
    if args.out:
        write_json(args.out, [asdict(error) for error in errors])


if __name__ == '__main__':
    main()
