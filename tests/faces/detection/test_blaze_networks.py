from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mmfer.faces import read_image
from mmfer.faces.detection.blaze_networks import (
    BlazeBlock,
    BlazeFaceNetwork,
    FaceMeshNetwork,
    boxes_and_points,
    detector_input,
    mesh_input,
    pad_same,
    places,
    put_shipped_weights,
)

DATA = Path(__file__).parents[2] / 'data'


@pytest.fixture(scope='module')
def reference():
    """Outputs of TensorFlow Lite's interpreter for parts of the astronaut."""
    with np.load(DATA / 'mediapipe_reference.npz') as arrays:
        return dict(arrays)


def part(size, left, top, side):
    """A square of the astronaut, resized to the nearest pixels, from 0 to 1."""
    image = read_image(DATA / 'astronaut.jpg')
    steps = (np.arange(size) + 0.5) * side / size
    rows, columns = ((start + steps).astype(int) for start in (top, left))
    return torch.from_numpy(image[rows][:, columns]).permute(2, 0, 1)[None].float() / 255


def test_blaze_face_equals_the_reference(reference):
    network = BlazeFaceNetwork()
    put_shipped_weights(network, 'blazeface')
    with torch.inference_mode():
        logits, values = network(part(128, 0, 0, 256) * 2 - 1)
    expected = torch.from_numpy(reference['blazeface_faces'])
    torch.testing.assert_close(logits[0].sigmoid(), expected.sigmoid(), atol=1e-4, rtol=0)
    torch.testing.assert_close(logits[0], expected, atol=1e-3, rtol=1e-4)
    found = values[0, ::7].flatten(1) / 128
    expected = torch.from_numpy(reference['blazeface_values']) / 128
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_the_face_mesh_equals_the_reference(reference):
    network = FaceMeshNetwork()
    put_shipped_weights(network, 'facemesh')
    with torch.inference_mode():
        points, logit = network(part(192, 55, 50, 144))
    # The weights of the reference have 32 bits, the shipped ones 16.
    expected = torch.from_numpy(reference['facemesh_points']) / 192
    torch.testing.assert_close(points[0] / 192, expected, atol=2e-4, rtol=0)
    assert abs(logit.item() - reference['facemesh_face'].item()) < 0.05


@pytest.mark.parametrize('kernel', [3, 5])
def test_the_padding_of_tensorflow(kernel):
    """For stride 2 and even sides, the first window begins (kernel - 2) // 2 before the map."""
    x = np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)
    weight = np.random.default_rng(1).normal(size=(kernel, kernel)).astype(np.float32)
    found = F.conv2d(
        pad_same(torch.from_numpy(x)[None, None], kernel, 2),
        torch.from_numpy(weight)[None, None],
        stride=2,
    )
    before = (kernel - 2) // 2
    for row in range(4):
        for column in range(4):
            total = 0.0
            for i in range(kernel):
                for j in range(kernel):
                    y, z = 2 * row - before + i, 2 * column - before + j
                    if 0 <= y < 8 and 0 <= z < 8:
                        total += x[y, z] * weight[i, j]
            assert found[0, 0, row, column].item() == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize(('more', 'stride'), [(0, 1), (4, 1), (4, 2)])
def test_the_shortcut_of_a_block(more, stride):
    """With weights of zero, only the shortcut is left: the maximum, and channels of zeros."""
    block = BlazeBlock(3, 3 + more, stride, lambda channels: nn.Identity())
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    x = torch.randn(2, 3, 6, 6)
    found = block(x)
    expected = x if stride == 1 else x.reshape(2, 3, 3, 2, 3, 2).amax(dim=(3, 5))
    assert torch.equal(found[:, :3], expected)
    assert found.shape[1] == 3 + more and not found[:, 3:].any()


def test_places_are_the_centers_of_cells_by_rows():
    expected = [
        ((x + 0.5) / cells, (y + 0.5) / cells)
        for cells, each in ((16, 2), (8, 6))
        for y in range(cells)
        for x in range(cells)
        for _ in range(each)
    ]
    np.testing.assert_allclose(places(), expected, atol=1e-6)


def test_values_are_relative_to_the_places():
    rng = np.random.default_rng(0)
    values, corner = rng.normal(scale=40, size=(2, 3, 8, 2)), rng.uniform(size=(3, 2))
    boxes, points = boxes_and_points(torch.from_numpy(values), torch.from_numpy(corner))
    for image in range(2):
        for row in range(3):
            (x, y), (w, h) = values[image, row, 0] / 128 + corner[row], values[image, row, 1] / 128
            expected = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
            np.testing.assert_allclose(boxes[image, row], expected)
            expected = values[image, row, 2:] / 128 + corner[row]
            np.testing.assert_allclose(points[image, row], expected)


def test_pixels_are_from_minus_one_to_one_or_from_zero_to_one():
    pixels = torch.tensor([0.0, 127.5, 255])
    assert detector_input(pixels).tolist() == [-1, 0, 1]
    assert mesh_input(pixels).tolist() == [0, 0.5, 1]
