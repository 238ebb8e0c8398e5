from pathlib import Path

import numpy as np
import pytest
import torch

from mmfer.apis import FERInferencer
from mmfer.apis.loading import build_model
from mmfer.apis.model_inputs import draw_inputs, read_inputs
from mmfer.engine import load_config
from mmfer.faces import read_image
from tests.helpers import write_config


@pytest.fixture
def trained(image_folder: Path, tmp_path: Path) -> FERInferencer:
    config = write_config(tmp_path / 'small.py', image_folder)
    checkpoint = tmp_path / 'small.pth'
    torch.save(dict(state_dict=build_model(load_config(config)).state_dict()), checkpoint)
    return FERInferencer(config, checkpoint)


def test_faces_of_a_data_set_are_rgb_with_labels(image_folder, trained):
    faces = draw_inputs(trained, 'test', 5, seed=1)
    assert len({face.title for face in faces}) == 5
    for face in faces:
        name, label = face.title.split('\n')
        path = next(image_folder.rglob(name))
        assert path.parent.name == label
        np.testing.assert_array_equal(face.image, read_image(path))
        normalised = (face.image.transpose(2, 0, 1)[None] - 127.5) / 60
        np.testing.assert_allclose(face.tensor(trained.model), normalised, atol=1e-5)
    assert [f.title for f in draw_inputs(trained, 'test', 5, seed=1)] == [f.title for f in faces]
    assert [f.title for f in draw_inputs(trained, 'test', 5, seed=2)] != [f.title for f in faces]


def test_a_file_and_the_data_set_give_the_same_input(image_folder, trained):
    (drawn,) = draw_inputs(trained, 'test', 1, seed=0)
    path = next(image_folder.rglob(drawn.title.split('\n')[0]))
    (read,) = read_inputs(trained, [path])
    assert read.title == path.name
    np.testing.assert_array_equal(read.image, drawn.image)


def test_bad_input_is_refused(trained, tmp_path):
    with pytest.raises(ValueError, match='at least 1'):
        draw_inputs(trained, 'test', 0, seed=0)
    with pytest.raises(FileNotFoundError, match='No image'):
        read_inputs(trained, [tmp_path / 'none.png'])
