"""Measure the reading of a photograph as JPEG, and augmentations of images and of batches.

The photograph is enlarged to common sizes, and read whole and with min_side, once with a face of
half the height and once without a known face. With --device-augments, the random transforms of a
config for single images take turns with the augmentations of batches in another config
(AugmentingPreprocessor), on batches of 128 images of noise. All take turns in rounds, in CPU time.

Example:
    OMP_NUM_THREADS=1 python tools/analysis_tools/loading_speed.py docs/photos/astronaut.jpg \\
        --device-augments configs/resnet/resnet18_ferplus-48px.py \\
        configs/resnet/resnet18_ferplus-48px-device-augment.py
"""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from mmcv.transforms import Compose
from PIL import Image
from torch import Tensor

from mmfer.datasets import LoadExpressionImage
from mmfer.engine import load_config
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.engine.speed.report import Row, speed_table
from mmfer.engine.speed.turns import Step, Times, take_turns
from mmfer.faces import read_image
from mmfer.registry import MODELS, TRANSFORMS

SIZES = ((640, 480), (1920, 1080))
SIDES = (48, 112, 224)
BATCH = 128


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('photo', type=given_path)
    parser.add_argument(
        '--min-side', type=int, default=112, help='of the face in pixels; default: %(default)s'
    )
    parser.add_argument(
        '--device-augments', nargs=2, metavar='CONFIG', help='for images, and for batches'
    )
    parser.add_argument('--repeats', type=int, default=9, help='rounds; default: %(default)s')
    parser.add_argument(
        '--seconds', type=float, default=0.3, help='of each step in a round; default: %(default)s'
    )
    return parser.parse_args()


def rows_of(
    names: Sequence[dict[str, str]], steps: Sequence[Step], batch: int, times: Times
) -> list[Row]:
    """A row for each step; ratios relate to the first."""
    speeds = take_turns(steps, batch, times.repeats, times.seconds, times.timer)
    rows = [Row(name) for name in names]
    for row, speed in zip(rows, speeds, strict=True):
        row.facts['ms'] = f'{1000 * batch / speed.median:.2f}'
        row.speeds['images/s'] = speed
    return rows


def reading_rows(photo: Path, min_side: int, times: Times) -> list[Row]:
    rows = []
    with TemporaryDirectory() as folder:
        for width, height in SIZES:
            path = f'{folder}/{width}.jpg'
            enlarged = Image.fromarray(read_image(photo)).resize((width, height))
            enlarged.save(path, quality=90)
            unknown = {'img_path': path}
            known = {**unknown, 'face_box': np.array([0, 0, height / 2, height / 2])}
            names, steps = [], []
            for smaller, sample in ((None, unknown), (min_side, known), (min_side, unknown)):
                load = LoadExpressionImage(smaller)
                read_height, read_width = load.transform(sample)['img_shape']
                names.append(
                    {
                        'photograph': f'{width} x {height}',
                        'min_side': str(smaller),
                        'face': 'half the height' if sample is known else 'not known',
                        'read at': f'{read_width} x {read_height}',
                    }
                )
                steps.append(partial(load.transform, sample))
            rows += rows_of(names, steps, 1, times)
    return rows


def augment_rows(configs: Sequence[str], times: Times) -> list[Row]:
    single, whole = (load_config(path) for path in configs)
    inner = [
        step for step in single.train_pipeline if step.type not in ('Cached', 'PackExpression')
    ]
    transforms = Compose([TRANSFORMS.build(step) for step in inner])
    prepare: Any = MODELS.build(whole.data_preprocessor)
    rows = []
    for side in SIDES:
        image = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
        batch = torch.from_numpy(image).permute(2, 0, 1).repeat(BATCH, 1, 1, 1).contiguous()
        steps = (partial(one_by_one, transforms, image), partial(together, prepare, batch))
        names = [{'side': str(side), 'augmented': how} for how in ('one by one', 'in a batch')]
        rows += rows_of(names, steps, BATCH, times)
    return rows


def one_by_one(transforms: Compose, image: np.ndarray) -> None:
    for _ in range(BATCH):
        transforms({'img': image.copy(), 'img_path': ''})


def together(prepare: Any, batch: Tensor) -> None:
    prepare.augment(batch)


@friendly_errors
def main() -> None:
    args = parse_args()
    times = Times(args.repeats, args.seconds, cpu_time=True)
    print(speed_table(reading_rows(args.photo, args.min_side, times)))
    if args.device_augments:
        print()
        print(speed_table(augment_rows(args.device_augments, times)))


if __name__ == '__main__':
    main()
