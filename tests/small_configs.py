"""Small versions of every config that train in a second: data, images, widths."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict

from mmfer.datasets import SAMM, SMIC, FERPlus
from mmfer.datasets.files.shard_writer import write_shards
from mmfer.datasets.wrapped import readers_of
from mmfer.engine import load_config
from mmfer.labels import LabelTree
from tests.datasets.casme2_files import row, write_clip, write_coding
from tests.datasets.clip_files import WrittenClip, write_clips
from tests.datasets.disk import write_image
from tests.datasets.official import (
    celeba_values,
    write_affectnet_npy,
    write_celeba,
    write_ferplus_folders,
    write_ifer,
    write_pack,
)
from tests.datasets.readers.test_rafdb import write_rafdb

EMOTIONS = ('others', 'disgust', 'happiness', 'repression', 'surprise')
CASME2_SUBJECTS = ('01', '02', '03', '07', '08', '12', '23')
PARTS = ('train', 'val', 'test', 'trainval', 'faces', 'all')
SWIN = dict(embed_dims=12, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 4])


def write_classes(root: Path, classes: tuple[str, ...]) -> None:
    for part in ('train', 'test'):
        for label in classes:
            for i in range(3):
                write_image(root / part / label / f'{i}.png', seed=i)


def write_casme2(root: Path) -> None:
    clips = [(who, f'EP01_{i:02}') for who in CASME2_SUBJECTS for i in range(5)]
    write_coding(
        root, [row(who, clip, 3, 5, 8, '4', EMOTIONS[int(clip[-1])]) for who, clip in clips]
    )
    for who, clip in clips:
        write_clip(root, f'sub{who}/{clip}', range(3, 9))
    spotted = {f'sub{who}/{clip}': 5 for who, clip in clips}
    (root / 'annotations').mkdir()
    for name in ('spotted_apex.json', 'spotted_registered.json'):
        (root / 'annotations' / name).write_text(json.dumps(spotted))


def write_smic(root: Path) -> None:
    clips = [
        WrittenClip(who, f'{who}_{i}', emotion, f'HS/{who}/micro/{emotion}/{who}_{i}')
        for who in ('s1', 's3', 's12')
        for i, emotion in enumerate(('negative', 'positive', 'surprise'))
    ]
    write_clips(root, SMIC.RELEASE, clips)


def write_samm(root: Path) -> None:
    clips = [
        WrittenClip(who, f'{who}_1_{i}', emotion, f'{who}/{who}_1_{i}')
        for who in ('006', '007', '026')
        for i, emotion in enumerate(('Anger', 'Happiness', 'Surprise'))
    ]
    write_clips(root, SAMM.RELEASE, clips)


def write_ferplus(root: Path) -> None:
    """Images of all classes in turn, with the votes of FERPlus and the labels of FER2013."""
    votes = [tuple(8 * (i == k) + (i < 2) for i in range(10)) for k in 3 * [*range(8)]]
    write_ferplus_folders(root, votes)
    rows = [f'{path.name},{i % 7}' for i, path in enumerate(sorted(root.rglob('*.png')))]
    (root / 'fer2013_labels.csv').write_text('\n'.join(['image,emotion', *rows]) + '\n')


def write_shards_of_ferplus(root: Path) -> None:
    write_ferplus(root / 'images')
    for part in ('train', 'val'):
        options = dict(split=part, mode='probability', val_ratio=0.25)
        list(write_shards(FERPlus(str(root / 'images'), **options), root, part, 10))


WRITERS: dict[str, Callable[[Path], object]] = {
    'AffectNet': lambda root: write_affectnet_npy(root, 2),
    'CASME2': write_casme2,
    'CelebA': lambda root: write_celeba(root, celeba_values(24)),
    'ExpressionFolder': lambda root: write_classes(root, ('anger', 'fear', 'happiness')),
    'ExpressionShards': write_shards_of_ferplus,
    'FERPlus': write_ferplus,
    'FGEmotions': lambda root: write_classes(root, LabelTree.load('fgemotions').fine),
    'IFER': write_ifer,
    'MSCeleb1M': lambda root: write_pack(root, (0, 0, 0, 0, 1, 1, 1, 1)),
    'RAFDB': lambda root: write_rafdb(root, per_class=2),
    'SAMM': write_samm,
    'SMIC': write_smic,
}
"""How the data set of each reader is written."""


def write_landmarks(root: Path) -> None:
    """Write a sidecar with the same face in every image."""
    names = sorted(
        str(p.relative_to(root)) for p in root.rglob('*') if p.suffix in ('.png', '.jpg', '.bmp')
    )
    points = np.random.default_rng(0).uniform(2, 14, (68, 2)).round(1)
    keypoints = np.concatenate([points, np.ones((68, 1))], axis=1).ravel().tolist()
    face = dict(category_id=1, bbox=[1, 1, 14, 14], keypoints=keypoints)
    data = {
        'images': [dict(id=i, file_name=n, width=20, height=16) for i, n in enumerate(names)],
        'annotations': [dict(id=i, image_id=i, **face) for i in range(len(names))],
        'categories': [dict(id=1, name='face')],
    }
    for part in PARTS:
        path = root / 'annotations' / f'{part}.json'
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(data))


def write_data(folder: Path) -> Path:
    """Write every data set, in a folder named after its reader."""
    for reader, write in WRITERS.items():
        write(folder / reader)
        if reader not in ('ExpressionShards', 'FERPlus', 'MSCeleb1M'):
            write_landmarks(folder / reader)
    return folder


def replace(entries: Any, key: str, new: Callable[[Any], Any]) -> None:
    """Change the value of a key in all nested entries, in place."""
    if isinstance(entries, dict):
        for name, value in entries.items():
            if name == key:
                entries[name] = new(value)
            else:
                replace(value, key, new)
    elif isinstance(entries, list | tuple):
        for value in entries:
            replace(value, key, new)


def slim(model: ConfigDict, size: int) -> None:
    """Make a model narrow, in place; its inputs have ``size`` pixels."""
    widths = {}
    backbone = model.get('backbone', {})
    for part in (backbone, backbone.get('branch1'), backbone.get('branch2')):
        kind = (part or {}).get('type', '')
        if 'ResNe' in kind:
            widths.update({8 * part.get('base_channels', 64): 64, 2048: 256})
            part.update(base_channels=8, stem_channels=8)
            if 'groups' in part:
                part.groups = 4
        elif kind == 'SwinTransformer':
            widths.update({part.arch['embed_dims'] * 8 if 'embed_dims' in part.arch else 768: 96})
            part.update(arch=SWIN, img_size=size, pad_small_map=True)
        elif kind == 'ConvNeXtMap':
            widths[model.head.in_channels] = 32
            part.arch = dict(depths=[1, 1, 1, 1], channels=[8, 8, 16, 32])
    if model.type == 'MultiRegionNet' or backbone.get('type') == 'VGGBN16':
        trunk = backbone.get('trunk', backbone)
        trunk.update(width=0.05, num_pools=3)
        branches = len(backbone.get('branches', [0]))
        widths[model.head.in_channels] = 26 * branches
        widths[model.head.in_channels // branches] = 26 * (1 if model.get('neck') else branches)
    replace(
        model,
        'in_channels',
        lambda old: (
            tuple(widths.get(w, w) for w in old)
            if isinstance(old, list | tuple)
            else widths.get(old, old)
        ),
    )
    replace(model, 'map_size', lambda _: size // 32)


def form_of(value: Any, left_out: tuple[str, ...] = ()) -> Any:
    """A config without numbers: configs of one form run the same code."""
    if isinstance(value, dict):
        return {k: form_of(v, left_out) for k, v in sorted(value.items()) if k not in left_out}
    if isinstance(value, (list, tuple)):
        return [form_of(item, left_out) for item in value]
    return None if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def small_config(path: Path, data: Path, work: Path, launcher: str = 'none') -> Config:
    """A config that trains two epochs on a few small images, with all its hooks."""
    cfg = load_config(path, work, launcher=launcher)
    system = path.parent.name if path.parent.name != 'ablations' else path.parent.parent.name
    size = {'multi_region': 56, 'mifnet': 96, 'landmarker': 112}.get(system, 40)
    small = cfg.get('face_size') == 48
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(batch_size=2, num_workers=0, persistent_workers=False)
        for part in readers_of(loader.dataset):
            part.update(data_root=str(data / part.type), indices=8 if part.split == 'train' else 3)
            if part.get('val_ratio'):
                part.val_ratio = 0.25
            if not small:
                # Crops keep their share of the image; loaders may share a pipeline.
                part.pipeline = deepcopy(part.pipeline)
                replace(part.pipeline, 'size', lambda old: size * old // cfg.image_size)
    # The frames of these clips are noise, in which no face can be followed.
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        replace(loader, 'register', lambda _: False)
    if system == 'multi_region':
        replace(cfg.train_dataloader, 'grid', lambda _: 7)
    if cfg.train_dataloader.dataset.type == 'MSCeleb1M':
        replace(cfg._cfg_dict, 'num_classes', lambda _: 2)
        replace(cfg._cfg_dict, 'topk', lambda _: (1,))
    if not small:
        slim(cfg.model, size)
    replace(cfg.model, 'init_cfg', lambda _: None)
    cfg.train_cfg.update(max_epochs=2, val_interval=1)
    replace(cfg.param_scheduler, 'total_steps', lambda _: 2)
    cfg.default_hooks.checkpoint.interval = 1
    if 'warm_start' in cfg.default_hooks:
        cfg.default_hooks.warm_start.epochs = 1
    return cfg
