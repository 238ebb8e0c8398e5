"""Drawn faces of a few subjects, and a small config that reads them."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers import CLASSES, write_config

SHOWN = {
    'sub01': (0, 0, 1, 1, 2),
    'sub02': (0, 1, 1, 2, 0),
    'sub03': (2, 2),
}
"""The classes of each subject's images; that of ``sub03`` is always the same."""

EXTRA = """
pipeline = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=64),
            dict(type='PackExpression')]
dataset = dict(type='ExpressionFolder', data_root=r'{root}', classes={classes}, pipeline=pipeline)
train_dataloader['dataset'] = dict(**dataset, split='train')
test_dataloader['dataset'] = dict(**dataset, split='train', test_mode=True)
val_dataloader = test_dataloader
model['backbone'].update(base_channels=4, stem_channels=4)
model['head'].update(in_channels=32)
val_evaluator = dict(type='ExpressionMetric')
test_evaluator = val_evaluator
epochs = 3
train_cfg = dict(by_epoch=True, max_epochs=epochs)
param_scheduler = dict(type='MultiStepLR', milestones=[epochs - 1], gamma=0.1)
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1))
"""


def write_subjects(root: Path, shown: dict[str, tuple[int, ...]] = SHOWN) -> Path:
    """Write images with a bright bar for their class, and ``train.csv`` with subjects."""
    rng = np.random.default_rng(0)
    rows = ['path,label,subject']
    for subject, labels in shown.items():
        for i, label in enumerate(labels):
            image = rng.integers(0, 60, (32, 32, 3), np.uint8)
            image[4 + 9 * label : 10 + 9 * label] += 150
            name = f'{subject}_{i}.png'
            root.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(root / name)
            rows.append(f'{name},{CLASSES[label]},{subject}')
    (root / 'train.csv').write_text('\n'.join(rows) + '\n')
    return root


def write_subject_config(path: Path, root: Path, extra: str = '') -> Path:
    """Write a config that validates and tests on the training set, as before cross-validation."""
    return write_config(path, root, EXTRA.format(root=root, classes=CLASSES) + extra)


INNER_VALIDATION = """
train_dataloader['dataset'].update(val_ratio=0.5)
val_dataloader = dict(batch_size=4, num_workers=0,
                      sampler=dict(type='DefaultSampler', shuffle=False),
                      dataset=dict(**dataset, split='val', val_ratio=0.5))
"""
"""More lines: half of the training subjects are for validation."""
