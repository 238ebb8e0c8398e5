"""The images that the inferencer reads, and lists of them."""

import numpy as np
import pytest
import torch
from PIL import Image

from mmfer.apis import FERInferencer
from mmfer.faces import image_decoder, read_image
from mmfer.faces.video import open_video
from tests.apis.model_files import ASTRONAUT
from tests.faces.video.clips import scene, write_video


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


def test_inputs_without_a_file_are_refused(inferencer):
    with pytest.raises(FileNotFoundError, match='nowhere'):
        inferencer('nowhere/*.jpg')


def test_a_face_in_a_tight_crop_is_found(inferencer):
    tight = np.ascontiguousarray(read_image(ASTRONAUT)[73:148, 86:153])
    assert inferencer.detector.detect(tight) == []
    (prediction,) = inferencer.predict([tight])
    assert len(prediction.faces) == 1


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


def test_a_turned_shrunk_image_keeps_its_place(inferencer, monkeypatch, tmp_path):
    # Its incomplete blocks of a JPEG come first, because it is stored upside down.
    exif = Image.Exif()
    exif[image_decoder.ORIENTATION] = 3
    upside_down = Image.fromarray(read_image(ASTRONAUT)[:253, :253]).transpose(Image.ROTATE_180)
    upside_down.save(tmp_path / 'a.jpg', exif=exif)
    monkeypatch.setattr(image_decoder, 'MOST_PIXELS', 40_000)
    (small,) = inferencer.predict([tmp_path / 'a.jpg'])
    assert (small.shrunk, small.pad) == (2, (1, 1))
    (face,) = small.faces
    (found,) = small.to_dict()['faces']
    np.testing.assert_allclose(found['bbox'], face.face.bbox * 2 - 1, atol=0.006)


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


def test_videos_and_cameras_are_read_among_images(inferencer, tmp_path, monkeypatch):
    video = write_video(tmp_path / 'film.avi', [scene((60, 20))] * 3, rate=10)
    (tmp_path / 'broken.mp4').write_text('no video')
    monkeypatch.setattr('mmfer.faces.video.open_camera', lambda index: open_video(video))
    inputs = [video, ASTRONAUT, str(tmp_path / 'broken.mp4'), 0]
    results = inferencer(inputs)['results']
    found = [(r['img_path'], r.get('frame'), r.get('time'), len(r['faces'])) for r in results]
    assert found == [
        *((str(video), i, pytest.approx(0.1 * i), 1) for i in range(3)),
        (str(ASTRONAUT), None, None, 1),
        (str(tmp_path / 'broken.mp4'), 0, None, 0),
        ('camera 0', None, None, 1),
    ]
    assert results[4]['failed'] and 'cannot be opened as a video' in results[4]['message']


def test_a_camera_that_is_not_there_is_said(inferencer):
    first, second = inferencer([97, ASTRONAUT])['results']
    assert first['failed'] and 'Camera 97 cannot be opened' in first['message']
    assert len(second['faces']) == 1


def test_face_crops_are_images_of_every_common_form(inferencer):
    grey = read_image(ASTRONAUT)[60:200, 60:200, 0]
    (plain,) = inferencer.classify([np.repeat(grey[..., None], 3, axis=-1)])
    forms = [grey, grey[..., None], grey / np.float64(255), torch.from_numpy(grey)]
    for scores in inferencer.classify(forms):
        assert list(scores.values()) == pytest.approx(list(plain.values()), abs=1e-6)
    with pytest.raises(
        ValueError, match=r'The face crop has the shape \(140,\), which is no image'
    ):
        inferencer.classify([grey[0]])
    with pytest.raises(ValueError, match='holds 2 images. Give them one by one'):
        inferencer.classify([np.stack([grey, grey])[..., None]])
