"""The guide "Train on your own folder", from the first copy of the config to an exported model."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from mmfer.apis import FERInferencer
from mmfer.faces import MTCNN, BoxAlignment, read_image
from tests.apis.model_files import ASTRONAUT
from tests.tools.rald import run_main

CLASSES = ('anger', 'fear', 'happiness')
SCALE = 1.4
"""The side of the face crops in sides of MTCNN's box."""


def write_faces(folder: Path) -> None:
    """Crops of one real face, lighter or darker, with a different class each time."""
    image = read_image(ASTRONAUT)
    (face,) = MTCNN().detect(image)
    crop = BoxAlignment(72, SCALE).crop(image, face)
    for part, count in (('train', 30), ('test', 6)):
        for i in range(count):
            path = folder / part / CLASSES[i % 3] / f'{i:02}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.clip(crop.astype(float) * (0.7 + 0.02 * i), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(path)


@pytest.fixture(scope='module')
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A config copied as the guide says, and the checkpoint of its training."""
    folder = tmp_path_factory.mktemp('mine')
    write_faces(folder / 'faces')
    config = folder / 'mine.py'
    with pytest.MonkeyPatch.context() as patch:
        run_main(patch, 'misc/copy_config.py', 'resnet18_my_folder', config)
    text = config.read_text()
    for old, new in (
        ("data_root = 'data/mine'", f"data_root = r'{folder / 'faces'}'"),
        ('image_size = 112', 'image_size = 48'),
        ('epochs = 12', 'epochs = 1'),
        ('batch_size = 32', 'batch_size = 9'),
    ):
        assert old in text
        text = text.replace(old, new)
    config.write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        run_main(patch, 'train.py', config, '--work-dir', folder / 'work')
    (checkpoint,) = (folder / 'work').glob('best_*.pth')
    return config, checkpoint


def test_the_checkpoint_knows_how_the_faces_are_framed(trained: tuple[Path, Path]) -> None:
    meta = torch.load(trained[1], weights_only=True)['meta']
    framing = meta['dataset_meta']['alignment']
    assert (framing['type'], framing['size']) == ('box', 48)
    assert framing['scale'] == pytest.approx(SCALE, abs=0.12)
    assert meta['rendered'] is False


def test_predicts_in_photographs(trained: tuple[Path, Path], tmp_path: Path, monkeypatch) -> None:
    run_main(
        monkeypatch, 'predict.py', ASTRONAUT, '--checkpoint', trained[1], '--out-dir', tmp_path
    )
    (result,) = json.loads((tmp_path / 'results.json').read_text())['results']
    (face,) = result['faces']
    assert tuple(face['scores']) == CLASSES
    assert face == FERInferencer(*trained)(ASTRONAUT)['results'][0]['faces'][0]


@pytest.mark.parametrize('tool', ['grad_cam', 'feature_maps'])
def test_maps_are_drawn(trained: tuple[Path, Path], tool: str, tmp_path: Path, monkeypatch) -> None:
    crop = tmp_path / 'crop.png'
    shutil.copy(next(trained[0].parent.glob('faces/test/fear/*.png')), crop)
    for i, chosen in enumerate((('--num', 2), ('--images', crop))):
        out = tmp_path / f'{i}.png'
        run_main(monkeypatch, f'analysis_tools/{tool}.py', *trained, '--out', out, *chosen)
        assert Image.open(out).width > 300


def test_exports(trained: tuple[Path, Path], tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / 'mine.onnx'
    run_main(monkeypatch, 'export_onnx.py', *trained, '--out', out)
    image = read_image(next(trained[0].parent.glob('faces/test/fear/*.png')))
    inferencer = FERInferencer(*trained)
    small = inferencer.pipeline(inferencer.sample(image))['inputs'].numpy()[::-1]
    (scores,) = onnxruntime.InferenceSession(out).run(None, {'images': small[None].astype('f')})
    expected = list(inferencer.classify([image])[0].values())
    np.testing.assert_allclose(scores[0], expected, atol=1e-4)


def test_the_data_are_checked_and_the_model_is_reported(
    trained: tuple[Path, Path], tmp_path: Path, monkeypatch
) -> None:
    page = tmp_path / 'report.html'
    run_main(monkeypatch, 'analysis_tools/report.py', *trained, '--out', page, '--draws', 5)
    text = page.read_text(encoding='utf-8')
    assert 'Grad-CAM' in text and 'loss during the training.' in text
    with pytest.raises(SystemExit) as end:
        run_main(monkeypatch, 'analysis_tools/check_data.py', trained[0])
    assert end.value.code == 1  # one face under all labels
