"""Detect the faces in images and predict their expressions or attributes.

Writes an annotated copy of each image, ``results.json`` and ``results.csv``. A killed run leaves
its results in ``results.jsonl``, a line for each image; run the same command again to continue.

Examples:
    mmfer predict photo.jpg photos/ --out-dir out
    mmfer predict https://example.org/photo.jpg --checkpoint my_model.pth --out-dir out
"""

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from tqdm import tqdm

from mmfer.apis import FERInferencer, ImagePrediction
from mmfer.apis.face_inferencer import RENDERED_NOTE
from mmfer.apis.image_files import find_images, output_names
from mmfer.apis.loading import read_config
from mmfer.apis.predictions import UNSURE_BELOW
from mmfer.apis.result_files import ResultFiles
from mmfer.apis.web_images import is_web_address
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.faces.detection.choice import (
    DETECTORS,
    LANDMARKERS,
    build_detector,
    build_landmarker,
)
from mmfer.faces.detection.face_finder import ROTATIONS
from mmfer.shipped_models import DEFAULT
from mmfer.visualization import LabelledFace, draw_faces
from mmfer.visualization.image_file import write_image

LONGEST_NAME = 100
"""The number of characters of an address that name its annotated copy."""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'inputs', nargs='+', metavar='INPUT', help='images, folders, globs, http(s) addresses'
    )
    parser.add_argument(
        '--config', help='the config of the trained model; default: the config in the checkpoint'
    )
    parser.add_argument(
        '--checkpoint',
        help='weights of the model: a .pth file or the name of a shipped model; default: '
        f'{DEFAULT}',
    )
    parser.add_argument('--out-dir', required=True, type=given_path, help='folder for the results')
    parser.add_argument('--device', default='cpu', help='default: %(default)s')
    parser.add_argument(
        '--min-face-size', type=int, default=24, help='pixels, default: %(default)s'
    )
    parser.add_argument(
        '--detector', choices=DETECTORS, default='mtcnn', help='default: %(default)s'
    )
    parser.add_argument(
        '--landmarker',
        choices=LANDMARKERS,
        default='mmfer',
        help='finds the landmarks, if the model needs them, default: %(default)s',
    )
    parser.add_argument(
        '--unsure-below',
        type=float,
        default=UNSURE_BELOW,
        metavar='P',
        help='confidence below which an answer is marked as unsure, default: %(default)s',
    )
    parser.add_argument(
        '--rotations',
        type=int,
        nargs='*',
        choices=ROTATIONS,
        default=ROTATIONS,
        metavar='ANGLE',
        help='turn an image without an upright face by these angles, counterclockwise, and search '
        'again; default: 90 180 270; without an angle, search once',
    )
    parser.add_argument('--no-detect', action='store_true', help='treat each image as a face crop')
    add_config_options(parser)
    return parser.parse_args()


def write_annotated(prediction: ImagePrediction, path: Path, note: str) -> None:
    if prediction.image is None:
        return
    faces = [
        LabelledFace(
            found.face.bbox.tolist(),
            found.scores,
            found.of_attributes,
            not found.of_attributes and found.unsure,
        )
        for found in prediction.faces
    ]
    top = 10 if any(face.of_attributes for face in faces) else 5
    drawn = draw_faces(prediction.image, faces, prediction.message, top, note)
    write_image(path, Image.fromarray(drawn), quality=92)


def find_inputs(inputs: list[str]) -> list[str | Path]:
    addresses: list[str | Path] = [*dict.fromkeys(filter(is_web_address, inputs))]
    files = [one for one in inputs if not is_web_address(one)]
    if not files:
        return addresses
    paths, left_out = find_images(files)
    if left_out:
        print(f'In the given folders: {left_out}.')
    return [*paths, *addresses]


def file_of(image: str | Path) -> Path:
    """The path of an image, or a path with the name of its address."""
    if isinstance(image, Path):
        return image
    return Path(urlsplit(image).path.strip('/')[-LONGEST_NAME:] or 'image')


def check_targets(images: list[str | Path], targets: list[Path]) -> None:
    given = {path.resolve() for path in images if isinstance(path, Path)}
    for target in targets:
        if target.resolve() in given:
            raise ValueError(
                f'The annotated image "{target}" would overwrite an input image. Give another '
                '--out-dir.'
            )


def build_inferencer(args: argparse.Namespace) -> FERInferencer:
    config, checkpoint = args.config, args.checkpoint
    if config is None:
        if args.cfg_options:
            raise ValueError('--cfg-options replaces entries of a config file: also give --config.')
        config, checkpoint = checkpoint, None
    elif args.cfg_options:
        config = read_config(config, args.cfg_options)
    inferencer = FERInferencer(
        config,
        checkpoint,
        args.device,
        build_detector(args.detector, args.min_face_size),
        landmarker=build_landmarker(args.landmarker, device=args.device),
        unsure_below=args.unsure_below,
        rotations=args.rotations,
    )
    if inferencer.landmark_transforms:
        print(
            f'{", ".join(inferencer.landmark_transforms)} of the test pipeline need landmarks, '
            'which are detected in each face.'
        )
    return inferencer


def options_of(args: argparse.Namespace) -> dict[str, Any]:
    """All on which the results depend."""
    files = [path for path in (args.config, args.checkpoint) if path and Path(path).is_file()]
    return {
        'config': args.config,
        'checkpoint': args.checkpoint or DEFAULT,
        'changed': [Path(path).stat().st_mtime_ns for path in files],
        'min_face_size': args.min_face_size,
        'unsure_below': args.unsure_below,
        'detector': args.detector,
        'landmarker': args.landmarker,
        'detect': not args.no_detect,
    }


def report(entries: list[dict[str, Any]], out: Path) -> None:
    results = [entry['result'] for entry in entries]
    failed = [entry['result'] for entry in entries if entry['failed']]
    for result in failed:
        said = result['message']
        named = result['img_path'] in said
        print(f'Not read: {said}' if named else f'Failed: {result["img_path"]}: {said}')
    without = sum(not entry['failed'] and not entry['result']['faces'] for entry in entries)
    faces = sum(len(result['faces']) for result in results)
    print(
        f'{len(results)} {"image" if len(results) == 1 else "images"}, '
        f'{faces} {"face" if faces == 1 else "faces"}; '
        f'{without} without a face, {len(failed)} not read or failed. See {out} and the images in '
        'the same folder.'
    )
    if len(failed) == len(results):
        raise ValueError(f'There is no prediction for any of the {len(results)} images; see above.')


@friendly_errors
def main() -> None:
    args = parse_args()
    images = find_inputs(args.inputs)
    names = output_names([file_of(image) for image in images], '.jpg')
    check_targets(images, [args.out_dir / name for name in names])
    inferencer = build_inferencer(args)
    files = ResultFiles(args.out_dir, options_of(args))
    todo = {
        image: name for image, name in zip(images, names, strict=True) if not files.has(image, name)
    }
    if len(todo) < len(images):
        print(f'{len(images) - len(todo)} results of an unfinished run are kept.')
    for line in inferencer.notes:
        print(line)
    note = RENDERED_NOTE if RENDERED_NOTE in inferencer.notes else ''
    bar = tqdm(total=len(images), initial=len(images) - len(todo), unit='image')
    with bar:
        predictions = inferencer.predict(todo, detect=not args.no_detect)
        for (image, name), prediction in zip(todo.items(), predictions, strict=True):
            write_annotated(prediction, args.out_dir / name, note)
            files.add(image, name, prediction)
            bar.update()
    report(files.finish(images, inferencer.describe()), files.path)


if __name__ == '__main__':
    main()
