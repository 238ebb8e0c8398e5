"""Measure the whole path from a photograph to the answer, step by step.

Copies of a photograph with one face are laid side by side in an image of 640 x 480 px, so the steps
are measured for several numbers of faces. Times are milliseconds for each image, medians over
rounds in which all steps take turns. "answer" is the call of the inferencer with the file: reading,
detection and expressions, without landmarks and drawing. --out writes each round and the machine,
--plot draws the answers a second against the number of faces.

Examples:
    mmfer photograph-speed photo.jpg --faces 1 5
    mmfer photograph-speed photo.jpg --onnx model.onnx detector.onnx landmarker.onnx \\
        --onnx model.onnx blazeface.onnx facemesh.onnx
"""

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

from mmfer.apis import FERInferencer, OnnxInferencer
from mmfer.apis.face_inferencer import FaceInferencer
from mmfer.engine.cli import figure_file, friendly_errors, given_path, output_file
from mmfer.engine.speed.machine import Machine, busy_warning
from mmfer.engine.speed.report import RATE, Row, plotted, speeds_of
from mmfer.engine.speed.turns import Speed, Times, take_turns
from mmfer.faces import read_image
from mmfer.faces.detection.choice import (
    DETECTORS,
    LANDMARKERS,
    build_detector,
    build_landmarker,
)
from mmfer.faces.detection.face_finder import Landmarker, detect_in_crop
from mmfer.files import write_json
from mmfer.markdown import markdown_table
from mmfer.runtime.face_network_choice import open_landmarker
from mmfer.runtime.face_network_file import DETECTOR, LANDMARKER, network_name
from mmfer.visualization import LabelledFace, draw_faces

WIDTH, HEIGHT = 640, 480
HEAD = ('faces', 'run by', 'detector', 'landmarker')
ANSWER = 'answer'
STEPS = ('read', 'detect', 'landmarks', 'expression', 'draw', ANSWER)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('photo', type=given_path, help='a photograph with one face')
    parser.add_argument('--faces', nargs='+', type=int, default=[1, 5], metavar='N')
    parser.add_argument(
        '--detector', choices=DETECTORS, default='mtcnn', help='of PyTorch; default: %(default)s'
    )
    parser.add_argument(
        '--landmarker',
        choices=LANDMARKERS,
        default='mmfer',
        help='of PyTorch; default: %(default)s',
    )
    parser.add_argument(
        '--onnx',
        nargs=3,
        action='append',
        default=[],
        type=given_path,
        metavar=('MODEL', 'DETECTOR', 'LANDMARKER'),
        help='files of mmfer export, measured too; may be repeated',
    )
    parser.add_argument('--repeats', type=int, default=5, help='rounds')
    parser.add_argument('--seconds', type=float, default=0.5, help='duration of a step in a round')
    parser.add_argument(
        '--cpu-time', action='store_true', help='count CPU time, for one thread on a busy machine'
    )
    parser.add_argument('--out', type=output_file, help='JSON file with the machine and each round')
    parser.add_argument('--plot', type=figure_file, help='file of a plot, such as faces.png')
    return parser.parse_args()


def scene(photo: np.ndarray, count: int) -> np.ndarray:
    """An image (480, 640, 3) with copies of a photograph, as large as fit."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    height, width = photo.shape[:2]
    scale = min(WIDTH / columns / width, HEIGHT / rows / height)
    size = max(1, int(width * scale)), max(1, int(height * scale))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    canvas = np.full((HEIGHT, WIDTH, 3), 127, np.uint8)
    for number in range(count):
        x, y = (WIDTH // columns) * (number % columns), (HEIGHT // rows) * (number // columns)
        canvas[y : y + size[1], x : x + size[0]] = small
    return canvas


class Way(NamedTuple):
    """A way from a photograph to the answer; the names tell it apart in the table."""

    names: tuple[str, str, str]
    inferencer: FaceInferencer
    landmarker: Landmarker


def exported_way(files: Sequence[Path], threads: int) -> Way:
    """The way of files of ``mmfer export``: a model, a detector and a landmarker."""
    model, detector, landmarker = files
    names = network_name(detector, DETECTOR), network_name(landmarker, LANDMARKER)
    inferencer = OnnxInferencer(model, detector, threads=threads)
    return Way(('onnxruntime', *names), inferencer, open_landmarker(landmarker, threads))


def build_steps(
    inferencer: FaceInferencer, landmarker: Landmarker, file: Path
) -> tuple[list[Callable[[], Any]], int]:
    """The steps for an image file, in the order of :data:`STEPS`, and the number of faces."""
    image, detector = read_image(file), inferencer.sampler.detector
    assert detector is not None
    faces = detect_in_crop(detector, image)
    if not faces:
        raise ValueError(
            'No face was found. Give a photograph with one large face, or fewer faces.'
        )
    boxes = np.stack([face.bbox for face in faces])

    def expressions() -> list[dict[str, float]]:
        _, samples = inferencer.sampler.samples(image, faces)
        return inferencer.loaded.scores(samples, inferencer.batch_size)

    found = zip(faces, expressions(), strict=True)
    labelled = [LabelledFace(face.bbox.tolist(), scores) for face, scores in found]
    return [
        lambda: read_image(file),
        lambda: detect_in_crop(detector, image),
        lambda: landmarker.detect(image, boxes),
        expressions,
        lambda: draw_faces(image, labelled),
        lambda: inferencer(file),
    ], len(faces)


def measure(
    ways: Sequence[Way], photo: np.ndarray, faces: Sequence[int], times: Times
) -> list[Row]:
    """Measure all steps of all ways in turns, for one number of faces after the other."""
    rows = []
    with TemporaryDirectory() as folder:
        for count in faces:
            file = Path(folder) / f'{count}.jpg'
            Image.fromarray(scene(photo, count)).save(file, quality=92)
            built = [build_steps(way.inferencer, way.landmarker, file) for way in ways]
            steps = [step for steps, _ in built for step in steps]
            speeds = take_turns(steps, 1, times.repeats, times.seconds, times.timer)
            for number, (way, (_, found)) in enumerate(zip(ways, built, strict=True)):
                own = speeds[number * len(STEPS) : (number + 1) * len(STEPS)]
                names = dict(zip(HEAD, (str(found), *way.names), strict=True))
                rows.append(Row(names, dict(zip(STEPS, own, strict=True))))
    return rows


def milliseconds(speed: Speed) -> str:
    return f'{1000 / speed.median:.1f}'


def table(rows: Sequence[Row]) -> str:
    """Milliseconds of the steps, and answers a second with the slowest and the fastest round."""
    cells = []
    for row in rows:
        answer = row.speeds[ANSWER]
        spread = f'{min(answer.rounds):.1f} to {max(answer.rounds):.1f}'
        steps = [milliseconds(row.speeds[step]) for step in STEPS]
        cells.append([*row.names.values(), *steps, f'{answer.median:.1f}', spread])
    return markdown_table([*HEAD, *STEPS, RATE, 'rounds'], cells)


def answers(row: Row) -> Row:
    """The answers of a row, for a curve over the number of faces."""
    faces, *way = row.names.values()
    return Row({'model': ', '.join(way), 'faces': faces}, {RATE: row.speeds[ANSWER]})


@friendly_errors
def main() -> None:
    args = parse_args()
    if min(args.faces) < 1 or args.repeats < 1:
        raise ValueError('--faces and --repeats: give numbers from 1.')
    machine, photo = Machine.here(), read_image(args.photo)
    inferencer = FERInferencer(detector=build_detector(args.detector))
    names = 'pytorch', args.detector, args.landmarker
    ways = [Way(names, inferencer, build_landmarker(args.landmarker))]
    ways += [exported_way(files, machine.threads) for files in args.onnx]
    rows = measure(ways, photo, args.faces, Times(args.repeats, args.seconds, args.cpu_time))
    print(f'{machine}\n{WIDTH} x {HEIGHT} px, milliseconds, medians of {args.repeats} rounds\n')
    print(table(rows))
    if warning := busy_warning(speeds_of(rows), args.cpu_time):
        print(f'\n{warning}')
    if args.out:
        content = dict(machine=machine.as_dict(), busy=warning)
        write_json(args.out, {**content, 'rows': [row.values() for row in rows]})
    if args.plot:
        plotted([answers(row) for row in rows], 'faces', 'faces').savefig(args.plot)


if __name__ == '__main__':
    main()
