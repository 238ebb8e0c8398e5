"""Measure the error of a landmarker on rendered faces, by pose and occluder, and its speed.

Errors are in percent of the distance of the outer eye corners; as "nme box", of the side of the
points' bounding box, which shrinks less as a head turns; as "visible px", in pixels of the image.

The people in the sidecars must differ from those in the training of the landmarker. The time is
the CPU time per face on one core, one face at a time, without detection.

Examples:
    python tools/analysis_tools/landmark_errors.py \\
        data/synthetic/landmarks/celeba/annotations/test.json \\
        data/synthetic/landmarks/fgemotions/annotations/test.json
    python tools/analysis_tools/landmark_errors.py --boxes mtcnn .../annotations/test.json
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmfer.datasets.files.coco_files import parse_face, read_coco
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.evaluation.landmarks import landmark_report
from mmfer.faces import MTCNN, read_image
from mmfer.faces.detection.choice import LANDMARKERS, build_landmarker
from mmfer.progress import progress_bar

YAWS = (0, 15, 30, 45, 52, 59, 90)
BORDER = 40
"""Border around an image for the detector, in pixels, because renderings are tight face crops."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'sidecars', nargs='+', type=given_path, help='annotations/SPLIT.json of data sets'
    )
    parser.add_argument(
        '--landmarker', choices=LANDMARKERS, default='mmfer', help='default: %(default)s'
    )
    parser.add_argument('--weights', help='.npz file; default: the shipped weights')
    parser.add_argument(
        '--mirror',
        action='store_true',
        help='average over each face and its mirror image; only the landmarker mmfer',
    )
    parser.add_argument('--boxes', choices=('sidecar', 'mtcnn'), default='sidecar')
    return parser.parse_args()


def faces(sidecar: Path) -> Iterator[tuple[np.ndarray, dict[str, Any], dict[str, Any]]]:
    """Image, annotation, and box and points of the annotation, of each face of a data set."""
    coco, title = read_coco(sidecar), sidecar.resolve().parents[1].name
    for number in progress_bar(sorted(coco.anns), desc=title, unit='face', leave=False):
        annotation = coco.anns[number]
        name = coco.imgs[annotation['image_id']]['file_name']
        where = f'{sidecar}, annotation {number} of {name}'
        # The class of a face is not needed.
        face = {key: value for key, value in annotation.items() if key != 'distribution'}
        known = parse_face(face, (), where)
        if not {'landmarks', 'face_box'} <= set(known):
            raise ValueError(f'{where}: bbox or 68 keypoints are missing. Give a rendered sidecar.')
        yield read_image(sidecar.parents[1] / name), annotation, known


def detected(detector: MTCNN, image: np.ndarray) -> np.ndarray | None:
    """The box of the face with the highest score."""
    padded = np.pad(image, ((BORDER, BORDER), (BORDER, BORDER), (0, 0)), mode='edge')
    found = detector.detect(padded)
    return np.array(found[0].bbox) - BORDER if found else None


@friendly_errors
def main() -> None:
    args = parse_args()
    torch.set_num_threads(1)
    landmarker = build_landmarker(args.landmarker, args.weights, mirror=args.mirror)
    detector = MTCNN()
    rows, groups, seconds, missed = [], [], [], 0
    for sidecar in args.sidecars:
        for image, annotation, known in faces(sidecar):
            box = known['face_box'] if args.boxes == 'sidecar' else detected(detector, image)
            if box is None:
                missed += 1
                continue
            start = time.process_time()
            (points,), (scores,) = landmarker.detect(image, box[None])
            seconds.append(time.process_time() - start)
            rows.append((points, scores, known['landmarks'], known['landmark_scores'] > 0.5))
            yaw = abs(annotation.get('pose', {}).get('yaw', 0))
            low, high = next((a, b) for a, b in zip(YAWS, YAWS[1:], strict=False) if yaw < b)
            kinds = (
                sidecar.resolve().parents[1].name,
                f'yaw {low} to {high}',
                f'hidden by {annotation.get("occluder")}',
            )
            groups.append(('all', *kinds))
    if not rows:
        raise ValueError('The detector found no face. Use --boxes sidecar.')
    width = max(len(name) for names in groups for name in names)
    print(f'{"":{width}}  faces    nme  nme visible  nme box  failures  visibility auc  visible px')
    for name in dict.fromkeys(n for i in range(4) for n in sorted({g[i] for g in groups})):
        chosen = [row for row, names in zip(rows, groups, strict=True) if name in names]
        report = landmark_report(*map(np.stack, zip(*chosen, strict=True)))  # type: ignore[arg-type]
        nme, visible, by_box, failures, auc, pixels = report.values()
        print(
            f'{name:{width}}  {len(chosen):5d}  {nme:5.2f}  {visible:11.2f}  {by_box:7.2f}  '
            f'{failures:8.2f}  {auc:14.2f}  {pixels:10.2f}'
        )
    if missed:
        print(f'{missed} faces were not detected.')
    print(
        f'{1000 * np.median(seconds):.1f} ms per face on one core (median). Numbers without a '
        'unit are in percent.'
    )


if __name__ == '__main__':
    main()
