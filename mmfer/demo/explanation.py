"""The regions behind the answers for the faces of a photograph."""

import numpy as np

from mmfer.apis import FERInferencer
from mmfer.apis.model_inputs import ModelInput
from mmfer.apis.predictions import FacePrediction, ImagePrediction
from mmfer.faces.quarter_turns import turn_face_back, turn_image
from mmfer.protocols import views_of
from mmfer.visualization import overlay_heat_map
from mmfer.visualization.grad_cam import few_cells, grad_cam, last_map_layer, map_cells


def explain(
    inferencer: FERInferencer, found: ImagePrediction, most: int
) -> list[tuple[np.ndarray, str]]:
    """Grad-CAM of the first faces: images (H, W, 3) uint8 RGB with their captions.

    Args:
        inferencer: What predicted; it must run in PyTorch.
        found: The prediction for an image that could be read.
        most: The largest number of faces.

    Raises:
        ValueError: If the model has no maps to explain.
    """
    assert found.image is not None
    image = turn_image(found.image, found.turns)
    faces = [
        turn_face_back(prediction.face, -found.turns % 4, image.shape)
        for prediction in found.faces[:most]
    ]
    model, shown = inferencer.model, []
    _, samples = inferencer.sampler.samples(image, faces)
    for prediction, sample in zip(found.faces, samples, strict=False):
        best = prediction.label if not prediction.of_attributes else _first(prediction)
        given = ModelInput(inferencer.pipeline(sample), best, views_of(model))
        inputs = given.tensor(model)
        layer = last_map_layer(model, inputs)
        heat = grad_cam(model, inputs, inferencer.classes.index(best), layer)
        rough = ' (rough)' if few_cells(map_cells(model, inputs, layer)) else ''
        shown.append((overlay_heat_map(given.image, heat), f'regions for {best}{rough}'))
    return shown


def _first(prediction: FacePrediction) -> str:
    """The attribute with the highest probability."""
    return max(prediction.scores, key=lambda name: prediction.scores[name])
