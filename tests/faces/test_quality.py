import cv2
import numpy as np
import pytest

from mmfer.faces import MTCNN, read_image
from mmfer.faces.quality import face_quality
from tests.apis.model_files import ASTRONAUT


@pytest.fixture(scope='module')
def found() -> tuple[np.ndarray, np.ndarray]:
    image = read_image(ASTRONAUT)
    (face,) = MTCNN().detect(image)
    return image, face.bbox


def test_blur_small_sides_and_darkness_lower_it(found) -> None:
    image, box = found
    before = face_quality(image, box)
    assert 0.3 < before < 0.9
    side = box[2] - box[0]
    last = before
    for sigma in (1, 2, 4):
        blurred = cv2.GaussianBlur(image, (0, 0), sigma * side / 64)
        assert face_quality(blurred, box) < last - 0.05
        last = face_quality(blurred, box)
    factor = 20 / side
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    assert face_quality(small, box * factor) < before - 0.05
    assert face_quality((image * 0.2).astype(np.uint8), box) < before / 2


def test_a_mirrored_or_lighter_face_is_as_good(found) -> None:
    image, box = found
    before, width = face_quality(image, box), image.shape[1]
    mirrored = np.array([width - box[2], box[1], width - box[0], box[3]])
    assert face_quality(np.ascontiguousarray(image[:, ::-1]), mirrored) == pytest.approx(
        before, abs=0.02
    )
    lighter = np.clip(image * 0.8 + 50, 0, 255).astype(np.uint8)
    assert face_quality(lighter, box) == pytest.approx(before, abs=0.05)


def test_flat_and_missing_pixels() -> None:
    gray = np.full((50, 60, 3), 128, np.uint8)
    assert face_quality(gray, np.array([5.0, 5, 40, 45])) == 0
    assert face_quality(gray, np.array([-30.0, 5, 2, 45])) is None
    assert face_quality(gray, np.array([70.0, 5, 90, 45])) is None
    assert face_quality(gray, np.array([-5.0, -5, 90, 90])) == 0
