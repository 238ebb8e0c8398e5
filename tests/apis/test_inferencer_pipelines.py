"""The landmarks, boxes and crops that the inferencer gives to the pipelines of models."""

import numpy as np
import pytest
import torch

from mmfer.apis import FERInferencer
from mmfer.faces import MTCNN, BoxAlignment, FaceLandmarker, read_image
from mmfer.registry import TRANSFORMS
from tests.apis.model_files import ALIGNED, ASTRONAUT, BOXED, FACE_CROP, REGIONS, write_model


class Watched:
    """A landmarker that records its inputs and outputs."""

    def __init__(self) -> None:
        self.landmarker, self.asked, self.said = FaceLandmarker(), [], []

    def detect(self, image, boxes):
        self.asked.append((image, boxes))
        self.said.append(self.landmarker.detect(image, boxes))
        return self.said[-1]


@pytest.fixture(scope='module')
def region_files(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp('regions'), FACE_CROP + REGIONS)


def test_landmarks_reach_the_pipeline_in_pixels_of_the_crop(region_files):
    """By hand: detected in the photograph, moved with the crop and its resizing, as a strip."""
    watched = Watched()
    inferencer = FERInferencer(*region_files, landmarker=watched)
    assert inferencer.landmark_transforms == ['LandmarkMask', 'CropRegions']
    (prediction,) = inferencer.predict([ASTRONAUT])
    image = read_image(ASTRONAUT)
    (face,) = MTCNN().detect(image)
    ((seen, boxes),), ((points, scores),) = watched.asked, watched.said
    assert (seen == image).all()
    np.testing.assert_allclose(boxes, face.bbox[None], rtol=1e-6)
    corner, side = face.bbox[:2], np.sqrt((face.bbox[2:] - face.bbox[:2]).prod())
    centre = (corner + face.bbox[2:]) / 2 + side * np.array([0.02, -0.06])
    in_crop = (points[0] + 0.5 - centre) / (1.45 * side) * 48 + 24 - 0.5
    crop = BoxAlignment(48, 1.45, (0.02, -0.06)).crop(image, face)
    sample = {
        'img': crop[..., ::-1].copy(),
        'img_shape': (48, 48),
        'ori_shape': (48, 48),
        'landmarks': in_crop.astype(np.float32),
        'landmark_scores': scores[0],
    }
    for step in ('ResizeFace', 'LandmarkMask', 'CropRegions'):
        options = {'LandmarkMask': {'grid': 4}}.get(step, {'size': 32})
        sample = TRANSFORMS.build({'type': step, **options})(sample)
    assert sample['img'].shape == (96, 32, 3) and sample['region_valid'].all()
    x = torch.from_numpy((sample['img'][..., ::-1].astype(np.float32) - 127.5) / 60)
    with torch.inference_mode():
        logits = inferencer.model.head(inferencer.model.extract_feat(x.permute(2, 0, 1)[None]))
    expected = logits.softmax(1)[0].numpy()
    np.testing.assert_allclose(list(prediction.faces[0].scores.values()), expected, atol=1e-4)
    told = prediction.to_dict()['faces'][0]
    np.testing.assert_allclose(told['landmarks68'], points[0], atol=0.01)
    np.testing.assert_allclose(told['landmark_scores'], scores[0], atol=1e-4)


def test_landmarks_are_found_in_face_crops_and_without_a_detected_face(region_files):
    inferencer = FERInferencer(*region_files)
    assert inferencer([np.zeros((50, 2, 3), np.uint8)])['results'][0]['faces'] == []
    crop = np.ascontiguousarray(read_image(ASTRONAUT)[60:190, 60:190])
    (result,) = inferencer([crop], detect=False)['results']
    assert np.shape(result['faces'][0]['landmarks68']) == (68, 2)
    assert inferencer.classify([crop])[0] == pytest.approx(result['faces'][0]['scores'], abs=1e-5)


def test_the_landmarker_is_built_only_if_a_transform_needs_it(files):
    inferencer = FERInferencer(*files)
    assert inferencer.landmarker is None
    assert inferencer.landmark_transforms == []
    watched = Watched()
    FERInferencer(*files, landmarker=watched)(ASTRONAUT)
    assert watched.asked == []


def test_an_aligning_pipeline_gets_the_whole_image(tmp_path):
    watched = Watched()
    inferencer = FERInferencer(*write_model(tmp_path, ALIGNED), landmarker=watched)
    image = read_image(ASTRONAUT)
    (prediction,) = inferencer.predict([image])
    (face,) = prediction.faces
    ((points, _),) = watched.said
    sample = {'img': np.ascontiguousarray(image[..., ::-1]), 'landmarks': points[0]}
    crop = TRANSFORMS.build({'type': 'AlignFace', 'size': 32, 'margin': 0.05})(sample)['img']
    x = torch.from_numpy((crop[..., ::-1].astype(np.float32) - 127.5) / 60).permute(2, 0, 1)
    with torch.inference_mode():
        logits = inferencer.model.head(inferencer.model.extract_feat(x[None]))
    expected = logits.softmax(1)[0].numpy()
    np.testing.assert_allclose(list(face.scores.values()), expected, atol=1e-4)
    np.testing.assert_allclose(face.face.landmarks68, points[0], atol=0.01)


def test_a_pipeline_that_crops_by_boxes_gets_the_detected_box(tmp_path):
    inferencer = FERInferencer(*write_model(tmp_path, BOXED))
    image = read_image(ASTRONAUT)
    (prediction,) = inferencer.predict([image])
    (face,) = prediction.faces
    (detected,) = MTCNN().detect(image)
    np.testing.assert_allclose(face.face.bbox, detected.bbox)
    sample = {'img': image[..., ::-1].copy(), 'face_box': detected.bbox.astype(np.float32)}
    for step in ({'type': 'CropFace', 'margin': 0.1}, {'type': 'ResizeFace', 'size': 32}):
        sample = TRANSFORMS.build(step)(sample)
    x = torch.from_numpy((sample['img'][..., ::-1].astype(np.float32) - 127.5) / 60)
    with torch.inference_mode():
        logits = inferencer.model.head(inferencer.model.extract_feat(x.permute(2, 0, 1)[None]))
    expected = logits.softmax(1)[0].numpy()
    np.testing.assert_allclose(list(face.scores.values()), expected, atol=1e-4)
