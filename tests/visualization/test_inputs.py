import numpy as np
import pytest

from mmfer.apis import FERInferencer
from mmfer.faces import read_image
from mmfer.visualization.inputs import draw_inputs, read_inputs
from tests.tools.rald import SmallRALD, make_small_rald


@pytest.fixture(scope='module')
def small(tmp_path_factory) -> SmallRALD:
    return make_small_rald(tmp_path_factory.mktemp('rald'))


@pytest.fixture(scope='module')
def trained(small) -> FERInferencer:
    return FERInferencer(small.config, small.checkpoint)


def test_drawn_faces_are_the_data_sets_in_rgb_with_their_labels(small, trained):
    faces = draw_inputs(trained, 'test', 5, seed=1)
    assert len({face.title for face in faces}) == 5
    for face in faces:
        name, label = face.title.split('\n')
        path = next(small.data.rglob(name))
        assert path.parent.name == label
        np.testing.assert_array_equal(face.image, read_image(path))
        assert face.tensor(trained.model).shape == (1, 3, 48, 48)
    assert [f.title for f in draw_inputs(trained, 'test', 5, seed=1)] == [f.title for f in faces]
    assert [f.title for f in draw_inputs(trained, 'test', 5, seed=2)] != [f.title for f in faces]


def test_a_file_gives_the_same_as_the_data_set(small, trained):
    (drawn,) = draw_inputs(trained, 'test', 1, seed=0)
    path = next(small.data.rglob(drawn.title.split('\n')[0]))
    (read,) = read_inputs(trained, [path])
    assert read.title == path.name
    np.testing.assert_array_equal(read.image, drawn.image)
    assert read.tensor(trained.model).equal(drawn.tensor(trained.model))


def test_bad_input(trained, tmp_path):
    with pytest.raises(ValueError, match='at least 1'):
        draw_inputs(trained, 'test', 0, seed=0)
    with pytest.raises(FileNotFoundError, match='No picture'):
        read_inputs(trained, [tmp_path / 'none.png'])
