import cv2
import numpy as np

from mmfer.synthetic.layouts.encoding import encode_grey_png, encode_jpeg

IMAGE = np.full((40, 48, 3), (200, 40, 90), np.uint8)


def test_jpeg_keeps_the_colors():
    decoded = cv2.imdecode(np.frombuffer(encode_jpeg(IMAGE), np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == IMAGE.shape
    assert np.abs(decoded[..., ::-1].astype(int) - IMAGE).max() <= 4


def test_png_is_the_luma_of_the_colors():
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3)).astype(np.uint8)
    decoded = cv2.imdecode(np.frombuffer(encode_grey_png(image), np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded.shape == (9, 7)
    assert np.abs(decoded - image @ (0.299, 0.587, 0.114)).max() < 1
