"""Detect the faces in images and predict their expressions or attributes.

Prints the answers. With --out-dir, it also writes an annotated copy of each image,
``results.json`` and ``results.csv``. A killed run leaves its results in ``results.jsonl``, a line
for each image; run the same command again to continue.

Examples:
    mmfer predict photo.jpg
    mmfer predict photo.jpg photos/ --out-dir out
    mmfer predict https://example.org/photo.jpg --checkpoint my_model.pth --out-dir out
"""

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from mmfer.apis import FERInferencer, ImagePrediction
from mmfer.apis.face_inferencer import RENDERED_NOTE
from mmfer.apis.image_files import find_images, output_names
from mmfer.apis.predictions import UNSURE_BELOW
from mmfer.apis.result_files import ResultFiles
from mmfer.apis.web_images import is_web_address
from mmfer.checks.openmmlab import needs_pytorch, without_pytorch
from mmfer.faces.detection.choice import DETECTORS, LANDMARKERS, build_landmarker
from mmfer.faces.detection.face_finder import ROTATIONS
from mmfer.progress import progress_bar
from mmfer.runtime.face_network_choice import usable_detector
from mmfer.shipped_models import DEFAULT
from mmfer.user_errors import friendly_errors, given_path
from mmfer.visualization import LabelledFace, draw_faces
from mmfer.visualization.image_file import write_image

MOST_PRINTED = 20
"""The number of images up to which answers that are also written are printed."""
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
        help='weights of the model: a .pth or .onnx file, or the name of a shipped model; default: '
        f'{DEFAULT}',
    )
    parser.add_argument(
        '--out-dir', type=given_path, help='folder for the results; without it, they are printed'
    )
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
    if without_pytorch():  # the option reads values as configs do
        parser.add_argument('--cfg-options', nargs='+', help='needs PyTorch')
    else:
        from mmfer.engine.cli import add_config_options

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


def find_inputs(inputs: list[str]) -> tuple[list[str | Path], int]:
    """The images, and the number of inputs that are none; each of these is said."""
    addresses: list[str | Path] = [*dict.fromkeys(filter(is_web_address, inputs))]
    files: list[str] = []
    errors: list[Exception] = []
    for one in inputs:
        try:
            if not is_web_address(one):
                find_images([one])
                files.append(one)
        except (OSError, ValueError) as error:
            errors.append(error)
    if errors and not files and not addresses:
        raise errors[0]
    for reason in errors:
        print(f'Not read: {reason}')
    paths, left_out = find_images(files) if files else ([], None)
    if left_out:
        print(f'In the given folders: {left_out}.')
    return [*paths, *addresses], len(errors)


def file_of(image: str | Path) -> Path:
    """The path of an image, or a path with the name of its address."""
    if isinstance(image, Path):
        return image
    try:
        path = urlsplit(image).path
    except ValueError:  # no address, which reading it will say
        path = ''
    return Path(path.strip('/')[-LONGEST_NAME:] or 'image')


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
    bare = without_pytorch()
    if bare and (config or args.cfg_options):
        raise needs_pytorch('A config')
    if config is None:
        if args.cfg_options:
            raise ValueError('--cfg-options replaces entries of a config file: also give --config.')
        config, checkpoint = checkpoint, None
    elif args.cfg_options:
        from mmfer.apis.loading import read_config

        config = read_config(config, args.cfg_options)
    inferencer = FERInferencer(
        config,
        checkpoint,
        args.device,
        usable_detector(args.detector, args.min_face_size),
        landmarker=None if bare else build_landmarker(args.landmarker, device=args.device),
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
        'cfg_options': repr(args.cfg_options),
        'min_face_size': args.min_face_size,
        'rotations': list(args.rotations),
        'unsure_below': args.unsure_below,
        'detector': args.detector,
        'landmarker': args.landmarker,
        'detect': not args.no_detect,
    }


def answer_lines(result: dict[str, Any]) -> list[str]:
    """What a person wants to know about an image: a line for each face."""
    if not result['faces']:
        return [f'{result["img_path"]}: {result["message"]}']
    lines = []
    for number, face in enumerate(result['faces'], 1):
        name = result['img_path'] + (f', face {number}' if len(result['faces']) > 1 else '')
        if 'attributes' in face:
            lines.append(f'{name}: {", ".join(face["present"]) or "no attribute"}')
            continue
        unsure = ', unsure' if face['unsure'] else ''
        lines.append(f'{name}: {face["label"]} ({100 * face["confidence"]:.0f} %{unsure})')
    return lines


def report(results: list[dict[str, Any]], no_images: int, out: Path | None) -> None:
    """Say what was found, and raise ValueError if that is nothing."""
    failed = [result for result in results if result['failed']]
    if out is None or len(results) <= MOST_PRINTED:
        for result in results:
            if not result['failed']:
                print(*answer_lines(result), sep='\n')
    for result in failed:
        said = result['message']
        named = result['img_path'] in said
        print(f'Not read: {said}' if named else f'Failed: {result["img_path"]}: {said}')
    without = sum(not result['failed'] and not result['faces'] for result in results)
    faces = sum(len(result['faces']) for result in results)
    print(
        f'{len(results)} {"image" if len(results) == 1 else "images"}, '
        f'{faces} {"face" if faces == 1 else "faces"}; '
        f'{without} without a face, {len(failed) + no_images} not read or failed. '
        + (
            f'See {out} and the images in the same folder.'
            if out
            else '--out-dir writes boxes, all scores and annotated images.'
        )
    )
    if len(failed) == len(results):
        raise ValueError('No image gave a prediction; see above.')


@friendly_errors
def main() -> None:
    args = parse_args()
    images, no_images = find_inputs(args.inputs)
    if args.out_dir is None:
        inferencer = build_inferencer(args)
        print(*inferencer.notes, sep='\n', end='\n' * bool(inferencer.notes))
        predictions = inferencer.predict(images, detect=not args.no_detect)
        report([one.to_dict() for one in predictions], no_images, None)
        return
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
    bar = progress_bar(total=len(images), initial=len(images) - len(todo), unit='image')
    with bar:
        predictions = inferencer.predict(todo, detect=not args.no_detect)
        for (image, name), prediction in zip(todo.items(), predictions, strict=True):
            write_annotated(prediction, args.out_dir / name, note)
            files.add(image, name, prediction)
            bar.update()
    entries = files.finish(images, inferencer.describe())
    report([entry['result'] for entry in entries], no_images, files.path)


if __name__ == '__main__':
    main()
