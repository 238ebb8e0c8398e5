"""Small data sets on disk for the tests of the readers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmfer.labels import LabelTree

TREE = {'fear': ['worry', 'panic'], 'anger': ['anger', 'hate']}
FINE = ('worry', 'panic', 'anger', 'hate')


def write_image(path: Path, seed: int = 0, size: tuple[int, int] = (20, 16)) -> Path:
    """Write an image of noise; the size is (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path


def write_tree(root: Path) -> str:
    """Write a label tree of two coarse classes with two fine classes each."""
    root.mkdir(parents=True, exist_ok=True)
    path = root / 'tree.json'
    path.write_text(json.dumps(TREE))
    return str(path)


def write_fg_emotions(
    root: Path, count: int = 3, coarse: bool = False, split: str = 'train'
) -> str:
    """Write class folders of the small tree; return the path of the tree."""
    tree = LabelTree.from_mapping(TREE)
    for i, name in enumerate(tree.fine):
        folder = root / split
        if coarse:
            folder = folder / tree.coarse[tree.parents[i]]
        for k in range(count):
            write_image(folder / name / f'{k}.png', seed=10 * i + k)
    return write_tree(root.parent / 'labels')


def coco_data(names: list[str]) -> dict[str, Any]:
    """A COCO-style file with one face of class 2 (panic) for each image."""
    return {
        'images': [
            {'id': i, 'file_name': n, 'width': 20, 'height': 16} for i, n in enumerate(names)
        ],
        'annotations': [
            {
                'id': i + 1,
                'image_id': i,
                'category_id': 2,
                'bbox': [2, 3, 10, 12],
                'keypoints': np.arange(204).tolist(),
                'distribution': {'panic': 0.75, 'worry': 0.25},
                'clean_category_id': 1,
                'identity': f'person-{i}',
                'group': {'gender': 'female'},
            }
            for i, _ in enumerate(names)
        ],
        'categories': [
            {'id': 1, 'name': 'worry', 'supercategory': 'fear'},
            {'id': 2, 'name': 'panic', 'supercategory': 'fear'},
            {'id': 3, 'name': 'hate', 'supercategory': 'anger'},
        ],
    }


def write_json(path: Path, data: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))
    return path
