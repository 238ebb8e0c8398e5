"""From an image to the inputs of a pipeline."""

from functools import partial

import numpy as np
import pytest

from mmfer.apis.face_samples import FaceSampler, failure, pipeline_input
from mmfer.apis.inputs import Source
from mmfer.apis.predictions import NotFiniteError
from mmfer.faces import BoxAlignment, Face
from mmfer.faces.image_decoder import LoadedImage

IMAGE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
FACES = [Face(np.array([10, 10, 30, 30.0]), score=0.9), Face(np.array([40, 20, 70, 50.0]))]
SOURCE = Source('a.png', lambda: LoadedImage(IMAGE, 2))


class Boxes:
    """A detector that finds the same faces in every image."""

    def __init__(self, faces: list[Face]) -> None:
        self.faces = faces

    def detect(self, image: np.ndarray) -> list[Face]:
        return self.faces


class Grid:
    """A landmarker that spreads 68 points over each box."""

    def detect(self, image: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        share = np.linspace(0, 1, 68)[None, :, None]
        points = boxes[:, None, :2] + share * (boxes[:, None, 2:] - boxes[:, None, :2])
        return points, np.full((len(boxes), 68), 0.5)


def test_each_face_is_cropped_by_the_alignment():
    alignment = BoxAlignment(24, 1.2)
    seen = FaceSampler(Boxes(FACES), None, alignment, cuts_face=False).look(SOURCE, detect=True)
    assert (seen.message, seen.failed, seen.shrunk) == ('2 faces found.', False, 2)
    for face, sample in zip(FACES, seen.samples, strict=True):
        np.testing.assert_array_equal(sample['img'][..., ::-1], alignment.crop(IMAGE, face))
        assert sample['img_shape'] == sample['ori_shape'] == (24, 24)
        assert 'face_box' not in sample and 'landmarks' not in sample


def test_landmarks_follow_the_crop():
    alignment = BoxAlignment(24, 1.2)
    faces, (sample, _) = FaceSampler(Boxes([]), Grid(), alignment, False).samples(IMAGE, FACES)
    np.testing.assert_allclose(faces[0].landmarks68[[0, -1]], [[10, 10], [30, 30]])
    expected = alignment.points(FACES[0], faces[0].landmarks68)
    np.testing.assert_allclose(sample['landmarks'], expected, atol=1e-4)
    assert sample['landmarks'].dtype == sample['landmark_scores'].dtype == np.float32


@pytest.mark.parametrize('alignment', [None, BoxAlignment(24, 1.2)])
def test_a_pipeline_that_cuts_faces_gets_the_whole_image_and_the_box(alignment):
    _, samples = FaceSampler(Boxes([]), Grid(), alignment, cuts_face=True).samples(IMAGE, FACES)
    for face, sample in zip(FACES, samples, strict=True):
        np.testing.assert_array_equal(sample['img'], IMAGE[..., ::-1])
        np.testing.assert_array_equal(sample['face_box'], face.bbox)


def test_without_detection_the_image_is_the_face():
    sampler = FaceSampler(Boxes([]), Grid(), BoxAlignment(24, 1.2), cuts_face=False)
    seen = sampler.look(SOURCE, detect=False)
    assert (seen.message, seen.failed) == ('Treated as a face.', False)
    (sample,) = seen.samples
    np.testing.assert_array_equal(sample['img'], IMAGE[..., ::-1])
    np.testing.assert_array_equal(sample['landmarks'], sampler.sample(IMAGE)['landmarks'])
    assert sample['landmarks'].min() >= 0 and sample['landmarks'].max() <= 80


def test_no_face_is_no_failure():
    seen = FaceSampler(Boxes([]), Grid(), None, True).look(SOURCE, detect=True)
    assert (seen.message, seen.failed, len(seen.samples)) == ('No face found.', False, 0)


def test_an_unreadable_image_and_a_failing_detector_are_told():
    def unreadable() -> LoadedImage:
        raise ValueError('"a.png" is damaged.')

    sampler = FaceSampler(Boxes(FACES), None, None, False)
    seen = sampler.look(Source('a.png', unreadable), detect=True)
    assert (seen.failed, seen.message, seen.image) == (True, '"a.png" is damaged.', None)

    class Failing:
        detect = partial(int, 'no number')

    sampler.detector = Failing()
    seen = sampler.look(SOURCE, detect=True)
    assert seen.failed and seen.message.startswith('The prediction failed: ')
    assert seen.image is IMAGE


def test_the_kind_of_a_failure_is_told_unless_the_message_explains_itself():
    assert failure(KeyError('x')) == "The prediction failed: KeyError: 'x'"
    assert failure(NotFiniteError('NaN.')) == 'The prediction failed: NaN.'


def test_the_input_of_a_pipeline_is_contiguous_and_bgr():
    sample = pipeline_input(IMAGE, FACES[0], in_photograph=True)
    assert sample['img'].flags.c_contiguous
    np.testing.assert_array_equal(sample['img'][..., 0], IMAGE[..., 2])
    assert sample['face_box'].dtype == np.float32


def test_a_pipeline_may_align_a_photograph_by_the_points_of_the_detector():
    five = np.arange(10.0).reshape(5, 2)
    face = Face(np.array([10, 10, 30, 30.0]), score=0.9, landmarks=five)
    np.testing.assert_array_equal(pipeline_input(IMAGE, face, True)['landmarks5'], five)
    # Of a crop, the box and the points are not known.
    assert not {'landmarks5', 'face_box'} & pipeline_input(IMAGE, face).keys()
    assert 'landmarks5' not in pipeline_input(IMAGE, FACES[0], True)
