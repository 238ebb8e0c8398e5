"""Detect the faces in images and predict their expressions or attributes.

Writes an annotated copy of each image, and ``results.json``.
"""

import argparse
import sys
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from mmfer.apis import FERInferencer, ImagePrediction
from mmfer.apis.image_files import find_images, output_names
from mmfer.apis.loading import read_config
from mmfer.engine.cli import add_config_options
from mmfer.faces import MTCNN
from mmfer.files import write_json
from mmfer.shipped_models import DEFAULT
from mmfer.visualization import LabelledFace, draw_faces


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
    parser.add_argument('--out-dir', required=True, type=Path, help='folder for the results')
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
    Image.fromarray(drawn).save(path, quality=92)


def predict(args: argparse.Namespace) -> None:
    paths, left_out = find_images(args.inputs)
    if left_out:
        print(f'In the given folders: {left_out}.')
    targets = [args.out_dir / name for name in output_names(paths, '.jpg')]
    given = {path.resolve() for path in paths}
    for target in targets:
        if target.resolve() in given:
            raise ValueError(
                f'The annotated image "{target}" would overwrite an input image. Give another '
                '--out-dir.'
            )
    detector = MTCNN(min_face_size=args.min_face_size)
    config, checkpoint = args.config, args.checkpoint
    if config is None:
        if args.cfg_options:
            raise ValueError('--cfg-options replaces entries of a config file: also give --config.')
        config, checkpoint = checkpoint, None
    elif args.cfg_options:
        config = read_config(config, args.cfg_options)
    inferencer = FERInferencer(config, checkpoint, args.device, detector)
    if inferencer.landmark_transforms:
        print(
            f'{", ".join(inferencer.landmark_transforms)} of the test pipeline need landmarks, '
            'which are detected in each face.'
        )
    args.out_dir.mkdir(parents=True, exist_ok=True)
    predictions = inferencer.predict(paths, detect=not args.no_detect)
    results, faces, without, unread = [], 0, 0, []
    for prediction, target in zip(
        tqdm(predictions, total=len(paths), unit='image'), targets, strict=True
    ):
        write_annotated(prediction, target)
        results.append(prediction.to_dict())
        faces += len(prediction.faces)
        if prediction.image is None:
            unread.append(prediction.message)
        elif not prediction.faces:
            without += 1
    out = args.out_dir / 'results.json'
    write_json(out, {'results': results})
    for message in unread:
        print(f'Not read: {message}')
    print(
        f'{len(paths)} images, {faces} faces; {without} without a face, {len(unread)} not read. '
        f'See {out} and the images in the same folder.'
    )


def main() -> int:
    try:
        predict(parse_args())
    except (FileNotFoundError, ValueError) as error:
        print(f'Error: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
