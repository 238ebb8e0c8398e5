"""Faces on a page: mistakes, and the regions behind an answer."""

from collections import defaultdict
from pathlib import Path

import numpy as np

from mmfer.apis.model import TrainedModel
from mmfer.apis.model_inputs import ModelInput
from mmfer.evaluation import Predictions
from mmfer.pages.inline_images import image_source
from mmfer.pages.measures import Measured
from mmfer.pages.page import Figure, Gallery, Section, Table, Text
from mmfer.protocols import views_of
from mmfer.visualization import overlay_heat_map
from mmfer.visualization.grad_cam import few_cells, grad_cam, last_map_layer, map_cells


class TestFaces:
    """The faces of a test set, by the number of their prediction.

    Args:
        trained: The model.
        predictions: Predictions of the model for its test set, in any order.

    Raises:
        ValueError: If an image of the predictions is not in the test set.
    """

    __test__ = False  # not a test of pytest

    def __init__(self, trained: TrainedModel, predictions: Predictions) -> None:
        self.trained, self.predictions = trained, predictions
        self.dataset = trained.dataset('test')
        places: dict[str, list[int]] = defaultdict(list)
        for index in range(len(self.dataset)):
            places[str(self.dataset.get_data_info(index).get('img_path'))].append(index)
        taken: dict[str, int] = defaultdict(int)
        self.indices: list[int] = []
        for sample in predictions.samples:
            path = str(sample.get('img_path'))
            if taken[path] >= len(places.get(path, ())):
                raise ValueError(
                    f'The image "{path}" of the predictions is not in the test set of the config. '
                    'Give predictions of this config and checkpoint.'
                )
            self.indices.append(places[path][taken[path]])
            taken[path] += 1

    def face(self, number: int) -> ModelInput:
        """The face of a prediction as the model sees it."""
        title = Path(str(self.predictions.samples[number].get('img_path') or number)).name
        sample = self.dataset[self.indices[number]]
        return ModelInput(sample, title, views_of(self.trained.model))


def worst_mistakes(measured: Measured, count: int) -> list[int]:
    """The numbers of the wrong answers with the highest confidence, the highest first."""
    wrong = np.flatnonzero(~measured.right)
    order = np.argsort(-measured.scores[wrong].max(axis=1), kind='stable')
    return [int(i) for i in wrong[order][:count]]


def mistakes_section(measured: Measured, faces: TestFaces | None, count: int) -> Section:
    """The wrong answers with the highest confidence.

    Args:
        measured: Predictions of classes with their measures.
        faces: The faces; None for a table without images.
        count: The number of mistakes.
    """
    found = measured.predictions
    numbers = worst_mistakes(measured, count)
    wrong = int((~measured.right).sum())
    if not numbers:
        return Section('Worst mistakes', [Text('No answer is wrong.')])
    text = Text(
        f'The {len(numbers)} of {wrong} wrong answers with the highest confidence. Wrong labels of '
        'the data set are often among them.'
    )
    facts = []
    for i in numbers:
        label, best = int(found.labels[i]), int(measured.scores[i].argmax())
        facts.append(
            (
                Path(str(found.samples[i].get('img_path') or i)).name,
                found.classes[label],
                found.classes[best],
                measured.scores[i, best],
            )
        )
    if faces is None:
        rows = [[name, label, best, f'{p:.2f}'] for name, label, best, p in facts]
        table = Table(['image', 'label', 'answer', 'confidence'], rows)
        return Section('Worst mistakes', [text, table])
    figures = [
        Figure(
            image_source(faces.face(i).image),
            f'Face of {name}: label {label}, answer {best}.',
            f'{name}\nlabel: {label}\nanswer: {best} {p:.2f}',
            right=False,
        )
        for i, (name, label, best, p) in zip(numbers, facts, strict=True)
    ]
    return Section('Worst mistakes', [text, Gallery(figures)])


def grad_cam_section(measured: Measured, faces: TestFaces, count: int, seed: int) -> Section:
    """The regions that raise the score of the answer, for random faces."""
    chosen = np.random.default_rng(seed).permutation(len(measured.scores))[:count]
    title, model = 'Grad-CAM', faces.trained.model
    try:
        first = faces.face(int(chosen[0])).tensor(model)
        layer = last_map_layer(model, first)
        cells = map_cells(model, first, layer)
        figures = [_explained(measured, faces, int(i), layer) for i in chosen]
    except ValueError as error:
        return Section(title, [Text(f'Not drawn: {error}', True)])
    text = (
        f'Red regions raise the score of the answer most, in the layer "{layer}" with '
        f'{cells[0]} x {cells[1]} cells. {len(chosen)} random faces; a frame is green if the '
        'answer is right and red if it is wrong.'
    )
    text = f'{text} {few_cells(cells)}'.rstrip()
    return Section(title, [Text(text), Gallery(figures)])


def _explained(measured: Measured, faces: TestFaces, number: int, layer: str) -> Figure:
    """A face with the map of its answer."""
    found, model, face = measured.predictions, faces.trained.model, faces.face(number)
    best = int(measured.scores[number].argmax())
    heat = grad_cam(model, face.tensor(model), best, layer)
    caption, right = f'{found.classes[best]} {measured.scores[number, best]:.2f}', None
    if not found.of_attributes:
        right = bool(measured.right[number])
        caption += f'\nlabel: {found.classes[int(found.labels[number])]}'
    both = np.concatenate([face.image, overlay_heat_map(face.image, heat)], axis=1)
    alt = f'Face of {face.title}, and the regions behind the answer {found.classes[best]}.'
    return Figure(image_source(both), alt, caption, right)
