"""Evaluation of a model on a data set with other classes than its own."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
from mmengine.dataset import BaseDataset

from mmfer.apis.inferencer import FERInferencer
from mmfer.datasets import load_sample
from mmfer.evaluation import expression_report
from mmfer.evaluation.report_file import Report
from mmfer.labels.class_join import join_classes
from mmfer.progress import progress_bar


def transfer_report(
    inferencer: FERInferencer,
    dataset: BaseDataset,
    find_faces: bool = False,
    progress: bool = False,
) -> Report:
    """Evaluate a model on the images of a data set whose classes the model knows.

    Classes are joined by :func:`mmfer.labels.class_join.join_classes`. Images of other classes are
    left out and counted; the model's probabilities of other classes are left out.

    Args:
        inferencer: A model of expressions.
        dataset: A reader; its pipeline is not used.
        find_faces: Detect the largest face of each image and crop it by ``face_crop`` of the
            model's config. If no face is found, the whole image is used, and counted. If False,
            every whole image is used.
        progress: Show a progress bar.

    Returns:
        :func:`mmfer.evaluation.expression_report` of the joined classes with, in addition,
        ``majority`` (the ``accuracy`` of always predicting the most frequent class), ``left_out``
        (the number of images of each class that the model does not know), ``unused`` (classes of
        the model that the data set does not have) and ``without_face`` (the number of images
        without a detected face).

    Raises:
        ValueError: If fewer than two classes are in common, or no image is left.
    """
    names = list(dataset.metainfo['classes'])
    join = join_classes(inferencer.classes, names, _parents(inferencer))
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    labels = join.labels[[int(info['gt_label']) for info in infos]]
    left_out = Counter(
        names[int(info['gt_label'])] for info, label in zip(infos, labels, strict=True) if label < 0
    )
    kept = [info for info, label in zip(infos, labels, strict=True) if label >= 0]
    if not kept:
        raise ValueError(f'None of the {len(infos)} images has a class that the model knows.')
    without_face = 0
    rows = []
    images = (np.ascontiguousarray(load_sample(info)[..., ::-1]) for info in kept)
    bar = progress_bar(images, total=len(kept), unit='image', disable=not progress)
    for found, scores in _scores(inferencer, bar, find_faces):
        without_face += not found
        rows.append([scores.get(name, 0.0) for name in inferencer.classes])
    known = labels[labels >= 0]
    report = expression_report(join.scores(np.array(rows)), known, join.classes)
    report['majority'] = {'accuracy': 100 * np.bincount(known).max() / len(known)}
    report['left_out'] = dict(left_out)
    report['unused'] = [
        name for name, column in zip(inferencer.classes, join.columns, strict=True) if column < 0
    ]
    report['without_face'] = without_face
    return report


def _parents(inferencer: FERInferencer) -> list[str] | None:
    """The coarse class of each class, if the model has a label tree."""
    coarse = inferencer.dataset_meta.get('coarse_classes')
    parents = inferencer.dataset_meta.get('parents')
    return None if not coarse or parents is None else [coarse[parent] for parent in parents]


def _scores(
    inferencer: FERInferencer, images: Iterator[np.ndarray], find_faces: bool
) -> Iterator[tuple[bool, Mapping[str, float]]]:
    """For each image: whether a face was found, and the scores of its largest face or of all."""
    batch: list[np.ndarray] = []
    for image in images:
        if find_faces:
            (prediction,) = inferencer.predict([image])
            if prediction.faces:
                yield True, max(prediction.faces, key=lambda found: _area(found.face.bbox)).scores
            else:
                yield False, inferencer.classify([image])[0]
            continue
        batch.append(image)
        if len(batch) == inferencer.batch_size:
            yield from ((True, scores) for scores in inferencer.classify(batch))
            batch = []
    if batch:
        yield from ((True, scores) for scores in inferencer.classify(batch))


def _area(box: np.ndarray) -> float:
    x1, y1, x2, y2 = box
    return float((x2 - x1) * (y2 - y1))
