"""From radiance to an image: tone curve, downsampling, blur, sensor noise and JPEG."""

import cv2
import numpy as np

from mmfer.synthetic.render.arrays import f32
from mmfer.synthetic.render.scene import Scene

REFERENCE_SIZE = 112
"""Image size in pixels to which ``Scene.blur`` refers."""


def background(scene: Scene, size: int) -> np.ndarray:
    """A smooth background (S, S, 3) in linear light."""
    rng = np.random.default_rng([scene.seed, 3])
    cells = int(rng.integers(3, 9))
    cells_of_light = rng.random((cells, cells, 3), dtype=np.float32)
    clouds = cv2.resize(cells_of_light, (size, size), interpolation=cv2.INTER_CUBIC)
    height = 1 - np.arange(size, dtype=np.float32)[:, None, None] / size
    base = f32(scene.background) * (0.75 + 0.4 * height)
    return base * (0.75 + 0.5 * clouds)


def develop(radiance: np.ndarray, scene: Scene, size: int) -> np.ndarray:
    """The image (size, size, 3) uint8 from radiance (S, S, 3), where S is a multiple of ``size``.

    Raises:
        ValueError: If ``Scene.jpeg_quality`` is not between 1 and 100.
    """
    factor = radiance.shape[0] // size
    exposed = np.clip(radiance, 0, None)
    exposed = np.clip(exposed / (1 + 0.18 * exposed) * 1.1, 0, 1)
    picture = np.sqrt(exposed) ** np.float32(2 / 2.2)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.42 * factor)
    picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    if scene.blur > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), scene.blur * size / REFERENCE_SIZE)
    rng = np.random.default_rng([scene.seed, 4])
    picture += scene.noise * rng.standard_normal(picture.shape, dtype=np.float32)
    image = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return image if scene.jpeg_quality is None else compress(image, scene.jpeg_quality)


def compress(image: np.ndarray, quality: int) -> np.ndarray:
    """Compress an RGB image as JPEG and decode it again."""
    if not 1 <= quality <= 100:
        raise ValueError(f'Scene.jpeg_quality is {quality}: give 1 to 100, or None.')
    _, buffer = cv2.imencode('.jpg', image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(buffer, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.ascontiguousarray(decoded[..., ::-1])
