import numpy as np
import pytest

from mmfer.apis import FERInferencer, list_models
from mmfer.faces import read_image
from mmfer.shipped_models import DEFAULT, WEIGHTS, model_card, shipped_checkpoint
from tests.apis.model_files import ASTRONAUT

LARGEST = 12 * 2**20


def test_every_shipped_model_is_small_and_has_a_card() -> None:
    assert list_models()[0] == DEFAULT
    card = (WEIGHTS / 'README.md').read_text(encoding='utf-8')
    for name in list_models():
        assert shipped_checkpoint(name).stat().st_size <= LARGEST
        assert name in card


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
