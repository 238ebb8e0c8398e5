import json

import cv2
import numpy as np
import pytest
import torch

from mmfer.apis import FERInferencer, list_models
from mmfer.apis.loaded_model import LoadedModel
from mmfer.apis.onnx_export import described
from mmfer.engine.export import ImageScores
from mmfer.faces import MTCNN, read_image
from mmfer.runtime.face_network_choice import SHIPPED_DETECTOR
from mmfer.runtime.face_networks import OnnxDetector
from mmfer.runtime.onnx_file import OnnxFile
from mmfer.shipped_models import DEFAULT, WEIGHTS, model_card, shipped_checkpoint, shipped_onnx
from tests.apis.model_files import ASTRONAUT

LARGEST = 12 * 2**20


def test_every_shipped_model_is_small_and_has_a_card() -> None:
    assert list_models()[0] == DEFAULT
    card = (WEIGHTS / 'README.md').read_text(encoding='utf-8')
    for name in list_models():
        assert shipped_checkpoint(name).stat().st_size <= LARGEST
        assert name in card


def test_the_exported_file_is_the_checkpoint() -> None:
    """If this fails: mmfer export efficientnet-lite0_ferplus --half-weights --out FILE.onnx."""
    file = shipped_onnx()
    assert file is not None and file.stat().st_size <= LARGEST
    checkpoint = LoadedModel.load(None, None, 'cpu')
    model = OnnxFile.read(file).model
    side = model.shape[-1]
    facts = {name: json.loads(text) for name, text in model.metadata.items()}
    assert facts == json.loads(json.dumps(described(checkpoint, side)))
    generator = np.random.default_rng(0)
    smooth = cv2.resize(generator.integers(0, 256, (6, 6, 24), np.uint8), (side, side))
    images = smooth.reshape(side, side, 8, 3).transpose(2, 3, 0, 1).astype(np.float32)
    with torch.inference_mode():
        expected = ImageScores(checkpoint.model).eval()(torch.from_numpy(images)).numpy()
    assert np.ptp(expected, axis=0).max() > 0.05
    np.testing.assert_allclose(model.scores(images), expected, atol=1e-5)


def test_the_exported_detector_is_mtcnn() -> None:
    """If this fails: mmfer export detector --out mmfer/faces/assets/mtcnn.onnx."""
    found, expected = OnnxDetector(SHIPPED_DETECTOR), MTCNN()
    images = np.random.default_rng(0).integers(0, 256, (4, 48, 48, 3), np.uint8)
    for name, side in (('proposal', 48), ('refinement', 24), ('output', 48)):
        pixels = np.ascontiguousarray(images[:, :side, :side])
        ours, theirs = (getattr(one, f'run_{name}')(pixels) for one in (found, expected))
        for one, same in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, same, atol=1e-5)
    (face,), (same,) = (one.detect(read_image(ASTRONAUT)) for one in (found, expected))
    np.testing.assert_allclose(face.bbox, same.bbox, atol=0.01)


def test_only_names_of_shipped_models_have_an_exported_file() -> None:
    assert shipped_onnx(DEFAULT) == shipped_onnx() == WEIGHTS / f'{DEFAULT}.onnx'
    for name in ('rald_r18_ferplus', 'no_such_model', f'../weights/{DEFAULT}', f'{DEFAULT}.onnx'):
        assert shipped_onnx(name) is None


def test_the_default_model_reads_a_smile() -> None:
    image = read_image(ASTRONAUT)
    for inferencer in (
        FERInferencer(),
        FERInferencer(DEFAULT),
        FERInferencer(WEIGHTS / f'{DEFAULT}.pth'),
    ):
        (result,) = inferencer(image)['results']
        (face,) = result['faces']
        assert face['label'] == 'happiness'
        assert face['scores']['happiness'] > 0.5


def test_the_default_model_is_calibrated_as_its_card_says() -> None:
    inferencer = FERInferencer()
    assert inferencer.describe()['calibrated'] and inferencer.notes == []
    assert inferencer.loaded.temperature == model_card()['calibration']['temperature']


def test_scores_hardly_depend_on_color_and_size_of_a_photograph() -> None:
    image = read_image(ASTRONAUT)
    inferencer = FERInferencer()
    grey = np.repeat(image.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    large = np.repeat(np.repeat(image, 2, axis=0), 2, axis=1)
    scores = [
        list(inferencer(variant)['results'][0]['faces'][0]['scores'].values())
        for variant in (image, grey, large)
    ]
    assert np.abs(np.array(scores) - scores[0]).max() < 0.15


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match=f'named "resnet5".*{DEFAULT}'):
        FERInferencer('resnet5')
