"""Predictions of several models for the same images, in the same order."""

import os.path
from collections import Counter
from dataclasses import replace
from typing import Any

from mmfer.evaluation.predictions import Predictions


def in_order_of(first: Predictions, other: Predictions, name: str) -> Predictions:
    """The predictions of another model in the order of the first model's.

    Images are the same if their paths are equal, or equal below the folder that all images of a
    file have in common, as after a move of the data set.

    Args:
        first: The predictions of the first model.
        other: The predictions of the other model.
        name: The name of the other model, for messages.

    Raises:
        ValueError: If the classes, the images or their labels differ.
    """
    if first.classes != other.classes:
        raise ValueError(
            f'"{name}" predicts {len(other.classes)} classes ({", ".join(other.classes)}), but '
            f'the first model predicts {len(first.classes)} ({", ".join(first.classes)}). '
            'Give models of one data set.'
        )
    ours, theirs = _keys(first, False), _keys(other, False)
    if set(ours) != set(theirs):
        ours, theirs = _keys(first, True), _keys(other, True)
    remedy = 'Give predictions for one test set.'
    if set(ours) != set(theirs):
        missing = next(iter(sorted(set(ours) ^ set(theirs))))[0]
        raise ValueError(
            f'The images or labels of "{name}" differ from those of the first model: there are '
            f'{len(ours)} and {len(theirs)} images, and "{missing}" is in one of the files only. '
            f'{remedy}'
        )
    place = {key: index for index, key in enumerate(theirs)}
    samples = [other.samples[place[key]] for key in ours]
    for mine, sample in zip(first.samples, samples, strict=True):
        for truth in ('gt_label', 'gt_score'):
            if mine.get(truth) != sample.get(truth):
                raise ValueError(
                    f'The images or labels of "{name}" differ from those of the first model: '
                    f'"{mine.get("img_path")}" has {truth} {mine.get(truth)} in the first file '
                    f'and {sample.get(truth)} in the other. {remedy}'
                )
    return replace(other, samples=samples)


def _keys(predictions: Predictions, moved: bool) -> list[tuple[str, int]]:
    """What identifies each sample: its path, and its number among the samples of this path."""
    paths = [_path(sample) for sample in predictions.samples]
    if moved and len(paths) > 1 and len({os.path.isabs(path) for path in paths}) == 1:
        folder = os.path.commonpath([os.path.dirname(path) for path in paths])
        paths = [os.path.relpath(path, folder or '.') for path in paths]
    seen: Counter[str] = Counter()
    keys = []
    for path in paths:
        keys.append((path, seen[path]))
        seen[path] += 1
    return keys


def _path(sample: dict[str, Any]) -> str:
    return str(sample.get('img_path') or '')
