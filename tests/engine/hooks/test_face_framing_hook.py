from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

from mmfer.datasets import ExpressionFolder
from mmfer.engine.hooks import FaceFramingHook
from mmfer.faces import MTCNN, BoxAlignment, read_image
from tests.apis.model_files import ASTRONAUT


def run_with(folder: Path, **config: object) -> SimpleNamespace:
    """What the hook reads of a runner."""
    dataset = ExpressionFolder(str(folder), 'train', classes=['a', 'b'])
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=dataset))
    return SimpleNamespace(train_loop=loop, cfg=Config(config))


def recorded(hook: FaceFramingHook, run: SimpleNamespace) -> dict:
    checkpoint: dict = {'meta': {'dataset_meta': {'classes': ['a', 'b']}}}
    hook.before_train(run)
    hook.before_save_checkpoint(run, checkpoint)
    assert checkpoint['meta']['dataset_meta']['classes'] == ['a', 'b']
    return checkpoint['meta']


def write(folder: Path, images: list[np.ndarray]) -> Path:
    for i, pixels in enumerate(images):
        path = folder / 'train' / 'ab'[i % 2] / f'{i:02}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return folder


@pytest.fixture(scope='module')
def crops() -> list[np.ndarray]:
    image = read_image(ASTRONAUT)
    (face,) = MTCNN().detect(image)
    return [BoxAlignment(90, 1.3, (0.0, -0.1)).crop(image, face) // k for k in (1, 2)] * 4


def test_measures_and_records_the_framing(tmp_path: Path, crops: list[np.ndarray], log) -> None:
    meta = recorded(FaceFramingHook(measure=8), run_with(write(tmp_path, crops), image_size=64))
    framing = meta['dataset_meta']['alignment']
    assert (framing['type'], framing['size'], meta['rendered']) == ('box', 64, False)
    assert framing['scale'] == pytest.approx(1.3, abs=0.12)
    assert framing['shift'] == pytest.approx((0, -0.1), abs=0.08)
    assert 'checkpoints record this' in log[-1]


def test_measures_nothing_if_not_asked_or_known(tmp_path: Path, crops: list[np.ndarray]) -> None:
    folder = write(tmp_path, crops)
    known = dict(face_crop=dict(type='box', size=48))
    for measure, config in ((0, {}), (8, known)):
        meta = recorded(FaceFramingHook(measure), run_with(folder, **config))
        assert 'alignment' not in meta['dataset_meta']


def test_images_without_faces_are_said(tmp_path: Path, log) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 40, 40, 3), np.uint8)
    meta = recorded(FaceFramingHook(measure=4), run_with(write(tmp_path, list(noise))))
    assert 'alignment' not in meta['dataset_meta']
    assert 'Predict with --no-detect, or add face_crop' in log[-1]


def test_renderings_are_recorded(tmp_path: Path, crops: list[np.ndarray]) -> None:
    folder = write(tmp_path, crops[:2])
    (folder / 'rendering.json').write_text('{}')
    assert recorded(FaceFramingHook(), run_with(folder))['rendered'] is True


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match='measure=-1'):
        FaceFramingHook(measure=-1)


def test_a_measured_framing_is_no_difference_for_a_resumed_run(
    tmp_path: Path, crops: list[np.ndarray]
) -> None:
    run = run_with(write(tmp_path, crops), image_size=64)
    checkpoint = {'meta': recorded(FaceFramingHook(measure=8), run)}
    FaceFramingHook().after_load_checkpoint(run, checkpoint)
    assert checkpoint['meta']['dataset_meta'] == {'classes': ['a', 'b']}
