from dataclasses import replace

import numpy as np
import pytest

from mmfer.apis.model import TrainedModel
from mmfer.pages.measures import Measured
from mmfer.pages.page import Gallery, Table
from mmfer.pages.shown_faces import TestFaces, grad_cam_section, mistakes_section, worst_mistakes


@pytest.fixture(scope='module')
def trained(tested):
    return TrainedModel.load(tested.config, tested.checkpoint)


def test_faces_are_those_of_the_predictions_in_any_order(tested, trained):
    found = tested.predictions
    turned = replace(found, samples=found.samples[::-1])
    faces, other = TestFaces(trained, found), TestFaces(trained, turned)
    assert faces.indices == other.indices[::-1]
    np.testing.assert_array_equal(faces.face(0).image, other.face(len(found.samples) - 1).image)
    sample = trained.dataset('test')[faces.indices[0]]['data_samples']
    assert sample.img_path == found.samples[0]['img_path']


def test_an_image_of_another_set_is_refused(tested, trained):
    strange = [{**tested.predictions.samples[0], 'img_path': 'strange.png'}]
    with pytest.raises(ValueError, match='"strange.png" of the predictions is not in the test set'):
        TestFaces(trained, replace(tested.predictions, samples=strange))


def test_the_worst_mistakes_are_the_most_confident_wrong_answers(tested):
    measured = Measured(tested.predictions)
    numbers = worst_mistakes(measured, 5)
    confidence = measured.scores.max(axis=1)
    wrong = np.flatnonzero(~measured.right)
    assert set(numbers) <= set(wrong.tolist())
    assert confidence[numbers].tolist() == sorted(confidence[wrong].tolist())[::-1][:5]


def test_mistakes_without_faces_are_a_table(tested, trained):
    measured = Measured(tested.predictions)
    shown = mistakes_section(measured, TestFaces(trained, tested.predictions), 3)
    assert isinstance(shown.blocks[1], Gallery) and len(shown.blocks[1].figures) == 3
    hidden = mistakes_section(measured, None, 3)
    assert isinstance(hidden.blocks[1], Table) and len(hidden.blocks[1].rows) == 3


def test_no_mistake_is_said(tested):
    found = tested.predictions
    best = found.scores.argmax(axis=1)
    right = [{**s, 'gt_label': int(b)} for s, b in zip(found.samples, best, strict=True)]
    section = mistakes_section(Measured(replace(found, samples=right)), None, 3)
    assert section.blocks[0].text == 'No answer is wrong.'


def test_grad_cam_names_the_layer_and_few_cells(tested, trained):
    faces = TestFaces(trained, tested.predictions)
    text, gallery = grad_cam_section(Measured(tested.predictions), faces, 2, seed=0).blocks
    assert 'in the layer "backbone" with 2 x 2 cells' in text.text
    assert '2 x 2 cells are few' in text.text
    assert len(gallery.figures) == 2


def test_a_model_without_a_map_says_why(tested, trained, monkeypatch):
    def no_map(model, inputs):
        raise ValueError('the model computes no scores from a map.')

    monkeypatch.setattr('mmfer.pages.shown_faces.last_map_layer', no_map)
    faces = TestFaces(trained, tested.predictions)
    (text,) = grad_cam_section(Measured(tested.predictions), faces, 2, seed=0).blocks
    assert text.warning and text.text == 'Not drawn: the model computes no scores from a map.'
