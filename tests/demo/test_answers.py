from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.demo.answers import Reader
from mmfer.shipped_models import DEFAULT
from tests.apis.model_files import ASTRONAUT
from tests.demo.film import write_film


@pytest.fixture(scope='module')
def reader() -> Reader:
    return Reader([DEFAULT, 'none_of_these'])


def test_a_photograph(reader: Reader):
    answer = reader.photo(str(ASTRONAUT), DEFAULT, explain=True)
    assert answer.message == '1 face found.'
    ((number, label, confidence, unsure),) = answer.rows
    assert (number, label, unsure) == (1, 'happiness', 'no') and confidence > 0.8
    assert answer.image.shape[2] == 3
    ((heat, caption),) = answer.faces
    assert caption == 'regions for happiness (rough)' and heat.dtype == np.uint8


def test_a_photograph_on_its_side_has_the_same_answer(reader: Reader, tmp_path: Path):
    Image.open(ASTRONAUT).rotate(90).save(tmp_path / 'lying.png')
    Image.open(ASTRONAUT).save(tmp_path / 'upright.png')
    lying, upright = (
        reader.photo(str(tmp_path / f'{name}.png'), DEFAULT, explain=True)
        for name in ('lying', 'upright')
    )
    assert 'after turning the image by 270 degrees' in lying.message
    assert lying.rows == upright.rows
    np.testing.assert_array_equal(lying.faces[0][0], upright.faces[0][0])


def test_an_image_without_a_face_says_so(reader: Reader, tmp_path: Path):
    Image.new('RGB', (200, 100), 'green').save(tmp_path / 'a.png')
    answer = reader.photo(str(tmp_path / 'a.png'), DEFAULT, explain=True)
    assert (answer.message, answer.rows, answer.faces) == ('No face found.', [], [])


def test_whatever_is_wrong_is_said(reader: Reader, tmp_path: Path):
    text = tmp_path / 'a.jpg'
    text.write_text('hello')
    assert reader.photo(None, DEFAULT).message == 'Choose a photograph first.'
    assert reader.photo(str(text), DEFAULT).message.startswith('Pillow cannot read the upload as')
    assert 'No model is named "other"' in reader.photo(str(ASTRONAUT), 'other').message
    assert 'No shipped model' in reader.photo(str(ASTRONAUT), 'none_of_these').message
    assert reader.video(None, DEFAULT, tmp_path).message == 'Choose a video first.'
    said = reader.video(str(text), DEFAULT, tmp_path / 'out').message
    assert 'video' in said and str(tmp_path) not in said


def test_a_video(reader: Reader, tmp_path: Path):
    film = write_film(tmp_path / 'film.mp4', frames=25)
    answer = reader.video(str(film), DEFAULT, tmp_path / 'out')
    assert answer.message.endswith('frames read, 1 face followed.')
    (row,) = answer.rows
    assert row[1] == 'happiness'
    assert {Path(file).name for file in answer.files} == {'faces.csv', 'annotated.mp4'}
    assert Path(answer.image).is_file() and answer.faces


def test_a_reader_needs_a_model():
    with pytest.raises(ValueError, match='There is no model'):
        Reader([])
    with pytest.raises(FileNotFoundError, match='No shipped model'):
        Reader(['none_of_these'])
