import numpy as np

from mmfer.faces.landmark_order import LANDMARKS, MIRRORED_68
from mmfer.synthetic.render.head import Head
from mmfer.synthetic.render.scene import Person


def test_the_mirror_image_of_a_symmetric_head():
    """The order maps the mirrored points of a symmetric head to the points of the head."""
    head = Head()
    points = head.shape(Person())[head.landmarks]
    assert len(points) == LANDMARKS
    mirrored = points * [-1, 1, 1]
    np.testing.assert_allclose(mirrored[MIRRORED_68], points, atol=0.02)


def test_mirroring_twice_is_the_identity():
    np.testing.assert_array_equal(MIRRORED_68[MIRRORED_68], np.arange(LANDMARKS))
