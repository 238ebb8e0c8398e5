from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mmfer.apis import FERInferencer
from mmfer.apis.inferencer import RENDERED_NOTE
from mmfer.faces import MTCNN, BoxAlignment, FaceLandmarker, image_decoder, read_image
from mmfer.registry import TRANSFORMS
from tests.apis.model_files import ALIGNED, ASTRONAUT, BOXED, FACE_CROP, REGIONS, write_model
from tests.helpers import CLASSES, write_config


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='module')
def inferencer(files):
    return FERInferencer(*files)


def test_one_face_is_found_and_classified(inferencer):
    (result,) = inferencer(ASTRONAUT)['results']
    assert result['img_path'] == str(ASTRONAUT)
    assert result['message'] == '1 face found.'
    (face,) = result['faces']
    assert set(face) == {'bbox', 'score', 'landmarks', 'label', 'confidence', 'unsure', 'scores'}
    assert face['confidence'] == max(face['scores'].values())
    assert len(face['bbox']) == 4
    assert np.shape(face['landmarks']) == (5, 2)
    assert tuple(face['scores']) == CLASSES
    assert sum(face['scores'].values()) == pytest.approx(1, abs=1e-5)
    assert face['label'] == max(face['scores'], key=face['scores'].get)


def test_scores_equal_the_model_output_for_the_crop(inferencer):
    """By hand: the crop, resized by the config, as RGB, normalized, through the network."""
    image = read_image(ASTRONAUT)
    (prediction,) = inferencer.predict([ASTRONAUT])
    crop = BoxAlignment(48, 1.45, (0.02, -0.06)).crop(image, prediction.faces[0].face)
    crop = cv2.resize(crop, (32, 32))
    x = torch.from_numpy((crop.astype(np.float32) - 127.5) / 60).permute(2, 0, 1)[None]
    with torch.inference_mode():
        logits = inferencer.model(x, mode='tensor')
        logits = inferencer.model.head((logits[-1],)) if isinstance(logits, tuple) else logits
        expected = logits.softmax(1)[0].numpy()
    np.testing.assert_allclose(list(prediction.faces[0].scores.values()), expected, atol=1e-5)


def test_arrays_and_paths_give_equal_results(inferencer):
    array = read_image(ASTRONAUT)
    by_path, by_array = inferencer([ASTRONAUT, array])['results']
    assert by_array['img_path'] == 'array 1'
    assert by_array['faces'] == by_path['faces']


def test_batched_faces_equal_single_faces(inferencer, files):
    crowd = np.tile(read_image(ASTRONAUT)[:230, 20:240], (2, 3, 1))
    small = FERInferencer(*files, batch_size=4)
    (together,) = inferencer([crowd])['results']
    (in_fours,) = small([crowd])['results']
    assert together['message'] == '6 faces found.'
    for a, b in zip(together['faces'], in_fours['faces'], strict=True):
        assert list(a['scores'].values()) == pytest.approx(list(b['scores'].values()), abs=1e-5)


def test_messages_name_images_without_a_face_and_broken_images(inferencer, tmp_path):
    (tmp_path / 'broken.jpg').write_bytes(b'x')
    blank, broken, good = inferencer(
        [np.zeros((50, 2, 3), np.uint8), tmp_path / 'broken.jpg', ASTRONAUT]
    )['results']
    assert (blank['message'], blank['faces']) == ('No face found.', [])
    assert 'broken.jpg' in broken['message']
    assert broken['faces'] == []
    assert len(good['faces']) == 1


def test_without_detection_the_whole_image_is_the_face(inferencer):
    (result,) = inferencer(ASTRONAUT, detect=False)['results']
    (face,) = result['faces']
    assert face['bbox'] == [0, 0, 256, 256]
    assert face['score'] is None
    assert face['landmarks'] is None
    assert inferencer([np.zeros((2, 50, 3), np.uint8)], detect=False)['results'][0]['faces']


def test_model_is_in_eval_mode(inferencer):
    assert not any(module.training for module in inferencer.model.modules())


def test_different_classes_in_config_and_checkpoint_are_refused(tmp_path):
    config, checkpoint = write_model(tmp_path, classes=CLASSES[::-1])
    with pytest.raises(ValueError, match='classes of the checkpoint'):
        FERInferencer(config, checkpoint)


def test_classes_come_from_the_config_if_the_checkpoint_has_none(tmp_path):
    config, checkpoint = write_model(tmp_path, classes=None)
    assert FERInferencer(config, checkpoint).classes == CLASSES
    anonymous = Config.fromfile(config)
    del anonymous.test_dataloader.dataset['metainfo']
    with pytest.raises(ValueError, match='names the classes'):
        FERInferencer(anonymous, checkpoint)


def test_more_class_names_than_scores_are_refused(tmp_path):
    names = ('a', 'b', 'c', 'd')
    _, checkpoint = write_model(tmp_path, classes=names)
    config = write_config(tmp_path / 'four.py', tmp_path, classes=names)
    with pytest.raises(ValueError, match='3 scores, but there are 4 class names'):
        FERInferencer(config, checkpoint)(ASTRONAUT, detect=False)


def test_a_config_without_face_crop_reads_only_face_crops(tmp_path):
    inferencer = FERInferencer(*write_model(tmp_path, extra=''))
    assert inferencer(ASTRONAUT, detect=False)['results'][0]['faces']
    with pytest.raises(ValueError, match='face_crop = dict'):
        inferencer(ASTRONAUT)


def test_inputs_without_a_file_are_refused(inferencer):
    with pytest.raises(FileNotFoundError, match='nowhere'):
        inferencer('nowhere/*.jpg')


ATTRIBUTES = "model['head'] = dict(type='{}', num_classes=3, in_channels=64)\n"


@pytest.mark.parametrize('head', ['AttributeHead', 'MultiLabelLinearClsHead'])
def test_attributes(tmp_path, head):
    """Each attribute has its own probability; an attribute unknown in training is left out."""
    files = write_model(
        tmp_path, FACE_CROP + ATTRIBUTES.format(head), unknown_attributes=(CLASSES[1],)
    )
    inferencer = FERInferencer(*files)
    (result,) = inferencer(ASTRONAUT, detect=False)['results']
    (face,) = result['faces']
    assert set(face) == {'bbox', 'score', 'landmarks', 'present', 'attributes'}
    assert tuple(face['attributes']) == (CLASSES[0], CLASSES[2])
    crop = cv2.resize(read_image(ASTRONAUT), (32, 32))
    x = torch.from_numpy((crop.astype(np.float32) - 127.5) / 60).permute(2, 0, 1)[None]
    with torch.inference_mode():
        logits = inferencer.model.head(inferencer.model.extract_feat(x))[0].numpy()
    expected = 1 / (1 + np.exp(-logits[[0, 2]].astype(np.float64)))
    np.testing.assert_allclose(list(face['attributes'].values()), expected, atol=1e-5)
    assert face['present'] == [name for name, p in face['attributes'].items() if p >= 0.5]


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


def test_a_face_in_a_tight_crop_is_found(inferencer):
    tight = np.ascontiguousarray(read_image(ASTRONAUT)[73:148, 86:153])
    assert inferencer.detector.detect(tight) == []
    (prediction,) = inferencer.predict([tight])
    assert len(prediction.faces) == 1


def test_the_config_is_read_from_the_checkpoint(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path)
    content = torch.load(checkpoint, weights_only=True)
    content['meta']['cfg'] = Config.fromfile(config).pretty_text
    torch.save(content, tmp_path / 'own.pth')
    image = read_image(ASTRONAUT)
    assert FERInferencer(tmp_path / 'own.pth')(image) == FERInferencer(config, checkpoint)(image)


def test_a_checkpoint_without_config_is_refused(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path)
    with pytest.raises(ValueError, match='does not contain a config. Also give the config file'):
        FERInferencer(checkpoint)
    with pytest.raises(ValueError, match='Give the checkpoint that was trained with the config'):
        FERInferencer(config)


def test_scores_that_are_not_finite_are_no_expression(files):
    diverged = FERInferencer(*files)
    with torch.no_grad():
        diverged.model.head.fc.weight.fill_(float('nan'))
    (result,) = diverged(ASTRONAUT)['results']
    assert result['faces'] == []
    assert 'not finite' in result['message']
    assert next(diverged.predict([ASTRONAUT])).failed
    with pytest.raises(ValueError, match='not finite'):
        diverged.classify([read_image(ASTRONAUT)])


def test_an_image_that_fails_does_not_end_the_others(inferencer, monkeypatch):
    find = inferencer.detector.detect

    def fails_on_small_images(image):
        if image.shape[0] < 100:
            raise RuntimeError('an error of a library')
        return find(image)

    monkeypatch.setattr(inferencer.detector, 'detect', fails_on_small_images)
    small, good = inferencer.predict([np.zeros((50, 50, 3), np.uint8), ASTRONAUT])
    assert small.failed and not small.faces
    assert small.message == 'The prediction failed: RuntimeError: an error of a library'
    assert not good.failed and len(good.faces) == 1


def test_arrays_in_bgr_order_are_said_to_be(inferencer):
    rgb = read_image(ASTRONAUT)
    expected = inferencer(rgb)['results']
    assert inferencer(rgb[..., ::-1].copy(), bgr=True)['results'] == expected
    assert inferencer([ASTRONAUT], bgr=True)['results'][0]['faces'] == expected[0]['faces']


def test_coordinates_of_a_shrunk_image_are_those_of_the_file(inferencer, monkeypatch):
    whole = next(inferencer.predict([ASTRONAUT]))
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 40_000)
    small = next(inferencer.predict([ASTRONAUT]))
    assert small.shrunk == 2 and small.image.shape == (128, 128, 3)
    (one,), (other,) = whole.to_dict()['faces'], small.to_dict()['faces']
    assert np.abs(np.subtract(one['bbox'], other['bbox'])).max() < 20
    assert np.abs(np.subtract(one['landmarks'], other['landmarks'])).max() < 6


def test_every_kind_of_input_in_one_list(inferencer, tmp_path):
    """The same photograph in all forms, and bad inputs, which do not end the others."""
    rgb = read_image(ASTRONAUT)
    (tmp_path / 'more').mkdir()
    Image.fromarray(rgb).save(tmp_path / 'more' / 'a.png')
    tensor = torch.from_numpy(rgb.copy()).permute(2, 0, 1)
    inputs = [
        ASTRONAUT, str(tmp_path / 'more'), str(tmp_path / 'more' / '*.png'),
        ASTRONAUT.read_bytes(), Image.open(ASTRONAUT), rgb, tensor, tensor.float() / 255,
        [np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])], tensor[None],
        'nowhere.jpg', b'no image', object(), np.zeros((4, 4, 7), np.uint8),
    ]  # fmt: skip
    results = inferencer(inputs)['results']
    assert len(results) == len(inputs)
    for result in results[:10]:
        assert (result['failed'], result['message']) == (False, '1 face found.')
        assert result['faces'][0]['bbox'] == results[5]['faces'][0]['bbox']
        assert result['faces'][0]['scores'] == pytest.approx(
            results[5]['faces'][0]['scores'], abs=1e-5
        )
    missing, damaged, other, shape = results[10:]
    assert all(result['failed'] and not result['faces'] for result in results[10:])
    assert (
        missing['img_path'] == 'nowhere.jpg' and 'No image at "nowhere.jpg"' in missing['message']
    )
    assert 'Pillow cannot read bytes 11' in damaged['message']
    assert 'Input 12 has the type object' in other['message']
    assert 'shape (4, 4, 7)' in shape['message']


def test_grey_images_are_read(inferencer):
    grey = read_image(ASTRONAUT).mean(axis=2).astype(np.uint8)
    (result,) = inferencer(grey)['results']
    assert len(result['faces']) == 1


def test_images_share_batches_and_keep_their_order(inferencer, monkeypatch):
    """As one at a time, with fewer calls of the model."""
    image = read_image(ASTRONAUT)
    images = [image, np.zeros((40, 40, 3), np.uint8), image[:, ::-1].copy(), image, image] * 4
    alone = [next(inferencer.predict([one])) for one in images[:5]]
    calls = []
    forward = inferencer.model.test_step
    monkeypatch.setattr(
        inferencer.model,
        'test_step',
        lambda data: calls.append(len(data['inputs'])) or forward(data),
    )
    together = list(inferencer.predict(iter(images)))
    assert calls == [13, 3]  # faces in 16 and 4 images
    for found, expected in zip(together, alone * 4, strict=True):
        assert len(found.faces) == len(expected.faces)
        for one, other in zip(found.faces, expected.faces, strict=True):
            assert one.scores == pytest.approx(other.scores, abs=1e-5)


def test_an_answer_below_the_threshold_is_unsure(files, inferencer):
    (face,) = inferencer(ASTRONAUT)['results'][0]['faces']
    for threshold, unsure in (
        (face['confidence'] - 0.01, False),
        (face['confidence'] + 0.01, True),
    ):
        other = FERInferencer(*files, unsure_below=threshold)
        assert other(ASTRONAUT)['results'][0]['faces'][0]['unsure'] is unsure
        assert other.describe()['unsure_below'] == threshold
    with pytest.raises(ValueError, match='unsure_below=2: give a probability'):
        FERInferencer(*files, unsure_below=2)


def test_a_calibrated_model_has_other_confidences_and_says_so(files, inferencer, tmp_path):
    config, checkpoint = files
    content = torch.load(checkpoint, weights_only=True)
    content['meta']['calibration'] = {'temperature': 2.5}
    torch.save(content, tmp_path / 'calibrated.pth')
    calibrated = FERInferencer(config, tmp_path / 'calibrated.pth')
    before = inferencer(ASTRONAUT)['results'][0]['faces'][0]['scores']
    after = calibrated(ASTRONAUT)['results'][0]['faces'][0]['scores']
    logits = np.log(np.array(list(before.values()))) / 2.5
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(list(after.values()), expected, atol=1e-4)
    assert calibrated.describe()['calibrated'] and not calibrated.notes
    assert not inferencer.describe()['calibrated']
    assert 'Confidences are not calibrated' in inferencer.notes[0]
    content['meta']['calibration'] = {'temperature': 'hot'}
    torch.save(content, tmp_path / 'calibrated.pth')
    with pytest.raises(ValueError, match='has no temperature from 0.05 to 20'):
        FERInferencer(config, tmp_path / 'calibrated.pth')


@pytest.mark.parametrize(('root', 'rendered'), [('data/synthetic/rafdb', True), ('data/x', False)])
def test_a_model_of_renderings_alone_says_so(tmp_path, root, rendered):
    extra = f"{FACE_CROP}train_dataloader['dataset']['data_root'] = '{root}'\n"
    config, checkpoint = write_model(tmp_path, extra)
    assert (RENDERED_NOTE in FERInferencer(config, checkpoint)(ASTRONAUT)['model']['notes']) == (
        rendered
    )
    content = torch.load(checkpoint, weights_only=True)
    content['meta']['rendered'] = not rendered  # what the training recorded is more certain
    torch.save(content, checkpoint)
    assert (RENDERED_NOTE in FERInferencer(config, checkpoint).notes) != rendered


def test_a_device_that_is_not_there_is_said_before_anything_is_read():
    with pytest.raises(ValueError, match='The device "gpu" cannot be used'):
        FERInferencer('nowhere.py', 'nowhere.pth', device='gpu')
