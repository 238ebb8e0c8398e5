from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmfer.apis import FERInferencer
from mmfer.apis.face_inferencer import RENDERED_NOTE
from mmfer.faces import BoxAlignment, read_image
from tests.apis.model_files import ASTRONAUT, FACE_CROP, write_model
from tests.helpers import CLASSES, write_config


def test_one_face_is_found_and_classified(inferencer):
    (result,) = inferencer(ASTRONAUT)['results']
    assert result['img_path'] == str(ASTRONAUT)
    assert result['message'] == '1 face found.'
    (face,) = result['faces']
    answer = {'label', 'confidence', 'unsure', 'scores'}
    assert set(face) == {'bbox', 'score', 'quality', 'landmarks', *answer}
    assert 0.3 < face['quality'] < 0.9
    assert face['confidence'] == max(face['scores'].values())
    assert len(face['bbox']) == 4
    assert np.shape(face['landmarks']) == (5, 2)
    assert tuple(face['scores']) == CLASSES
    assert sum(face['scores'].values()) == pytest.approx(1, abs=1e-5)
    assert face['label'] == max(face['scores'], key=face['scores'].get)


@pytest.mark.parametrize('turns', [1, 2, 3])
def test_a_face_on_its_side_is_found_in_the_turned_image(inferencer, turns):
    image = read_image(ASTRONAUT)
    (upright,) = inferencer.predict([image])
    lying = np.rot90(image, turns)
    (found,) = inferencer.predict([lying])
    angle = 360 - 90 * turns
    assert (
        found.message
        == f'1 face found after turning the image by {angle} degrees counterclockwise.'
    )
    assert (found.to_dict()['turned'], upright.to_dict()['turned']) == (angle, 0)
    np.testing.assert_array_equal(found.image, lying)
    assert found.faces[0].scores == upright.faces[0].scores
    # np.rot90 turns counterclockwise around the center of the image, (127.5, 127.5).
    x, y = upright.faces[0].face.landmarks.T - 127.5
    for _ in range(turns):
        x, y = y, -x
    points = found.faces[0].face.landmarks
    np.testing.assert_allclose(points, np.stack([x, y], 1) + 127.5, atol=1e-3)
    x1, y1, x2, y2 = found.faces[0].face.bbox
    assert ((points > [x1, y1]) & (points < [x2, y2])).all()


def test_without_rotations_the_search_ends_after_one_try(files):
    once = FERInferencer(*files, rotations=())
    (found,) = once.predict([np.rot90(read_image(ASTRONAUT))])
    assert (found.message, found.turns, found.faces) == ('No face found.', 0, ())
    with pytest.raises(ValueError, match='multiples of 90'):
        FERInferencer(*files, rotations=(45,))


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
    assert set(face) == {'bbox', 'score', 'quality', 'landmarks', 'present', 'attributes'}
    assert tuple(face['attributes']) == (CLASSES[0], CLASSES[2])
    crop = cv2.resize(read_image(ASTRONAUT), (32, 32))
    x = torch.from_numpy((crop.astype(np.float32) - 127.5) / 60).permute(2, 0, 1)[None]
    with torch.inference_mode():
        logits = inferencer.model.head(inferencer.model.extract_feat(x))[0].numpy()
    expected = 1 / (1 + np.exp(-logits[[0, 2]].astype(np.float64)))
    np.testing.assert_allclose(list(face['attributes'].values()), expected, atol=1e-5)
    assert face['present'] == [name for name, p in face['attributes'].items() if p >= 0.5]


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
