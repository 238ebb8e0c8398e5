"""Detect the faces in images and predict their expressions or attributes.

Writes an annotated copy of each image, and ``results.json``. A killed run leaves its results in
``results.jsonl``; run the same command again to continue.
"""

import argparse
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from mmfer.apis import FERInferencer, ImagePrediction
from mmfer.apis.image_files import find_images, output_names
from mmfer.apis.loading import read_config
from mmfer.apis.result_files import ResultFiles
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.faces import MTCNN
from mmfer.shipped_models import DEFAULT
from mmfer.visualization import LabelledFace, draw_faces
from mmfer.visualization.image_file import write_image


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='images, folders, globs')
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
    parser.add_argument('--no-detect', action='store_true', help='treat each image as a face crop')
    add_config_options(parser)
    return parser.parse_args()


def write_annotated(prediction: ImagePrediction, path: Path) -> None:
    if prediction.image is None:
        return
    faces = [
        LabelledFace(found.face.bbox.tolist(), found.scores, found.of_attributes)
        for found in prediction.faces
    ]
    top = 10 if any(face.of_attributes for face in faces) else 5
    drawn = draw_faces(prediction.image, faces, prediction.message, top)
    write_image(path, Image.fromarray(drawn), quality=92)


def check_targets(paths: list[Path], targets: list[Path]) -> None:
    given = {path.resolve() for path in paths}
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
    detector = MTCNN(min_face_size=args.min_face_size)
    inferencer = FERInferencer(config, checkpoint, args.device, detector)
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
    print(
        f'{len(results)} images, {sum(len(result["faces"]) for result in results)} faces; '
        f'{without} without a face, {len(failed)} not read or failed. See {out} and the images in '
        'the same folder.'
    )
    if len(failed) == len(results):
        raise ValueError(f'There is no prediction for any of the {len(results)} images; see above.')


@friendly_errors
def main() -> None:
    args = parse_args()
    paths, left_out = find_images(args.inputs)
    if left_out:
        print(f'In the given folders: {left_out}.')
    names = output_names(paths, '.jpg')
    check_targets(paths, [args.out_dir / name for name in names])
    inferencer = build_inferencer(args)
    files = ResultFiles(args.out_dir, options_of(args))
    todo = {
        path: name for path, name in zip(paths, names, strict=True) if not files.has(path, name)
    }
    if len(todo) < len(paths):
        print(f'{len(paths) - len(todo)} results of an unfinished run are kept.')
    bar = tqdm(total=len(paths), initial=len(paths) - len(todo), unit='image')
    with bar:
        predictions = inferencer.predict(todo, detect=not args.no_detect)
        for (path, name), prediction in zip(todo.items(), predictions, strict=True):
            write_annotated(prediction, args.out_dir / name)
            files.add(path, name, prediction)
            bar.update()
    report(files.finish(paths), files.path)


if __name__ == '__main__':
    main()
