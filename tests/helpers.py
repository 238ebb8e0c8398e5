"""Small images, a small config, and tools as real processes."""

import gc
import logging
import os
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import mmengine.config.config
import mmengine.runner.loops
import numpy as np
from mmengine.config import Config
from mmengine.logging import MMLogger
from PIL import Image
from yapf.yapflib import yapf_api

from mmfer.engine import load_config

ROOT = Path(__file__).parents[1]
CLASSES = ('anger', 'happiness', 'sadness')
ON_FIRST_USE = ['sklearn.metrics', 'mmfer.engine.pruning.prune', 'mmfer.visualization.plots']
"""Modules that mmfer imports late; a server of processes imports them once for all."""

CONFIG = """
_base_ = '{root}/configs/_base_/default_runtime.py'

model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(num_classes=3, mean=[127.5] * 3, std=[60.0] * 3, to_rgb=True),
    backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(type='LinearClsHead', num_classes=3, in_channels=64,
              loss=dict(type='CrossEntropyLoss')),
)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale=32),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale=32),
    dict(type='PackInputs'),
]
dataset = dict(
    type='CustomDataset', data_root='{data}', data_prefix='train',
    metainfo=dict(classes={classes}),
)
train_dataloader = dict(
    batch_size=4, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(**dataset, pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=4, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**dataset, pipeline=test_pipeline),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='Accuracy', topk=(1,))
test_evaluator = val_evaluator
train_cfg = dict(by_epoch=True, max_epochs=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9))
param_scheduler = dict(type='MultiStepLR', milestones=[2], gamma=0.1)
"""


def write_images(folder: Path, count: int = 12, size: int = 32) -> Path:
    """Write class folders below ``folder/train`` with ``count`` images of noise in all."""
    rng = np.random.default_rng(0)
    for i in range(count):
        path = folder / 'train' / CLASSES[i % 3] / f'{i:03}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (size, size, 3), np.uint8)).save(path)
    return folder


def write_config(path: Path, data: Path, extra: str = '', classes: tuple = CLASSES) -> Path:
    """Write the config above for the images in ``data``, with more lines at its end."""
    path.write_text(CONFIG.format(root=ROOT, data=data, classes=classes) + extra)
    return path


def tool_environment(*paths: Path) -> dict[str, str]:
    """The environment of a tool's process; ``paths`` precede all others in its path."""
    python_path = [*map(str, paths), str(ROOT)]
    return {
        **os.environ,
        # The shell scripts call `python`: this one, also where its environment is not activated.
        'PATH': os.pathsep.join([str(Path(sys.executable).parent), os.environ['PATH']]),
        'PYTHONPATH': os.pathsep.join(python_path),
        'OMP_NUM_THREADS': '1',
        'CUDA_VISIBLE_DEVICES': '',
    }


def run_tool(
    tool: str, *args: object, paths: tuple[Path, ...] = (), check: bool = True
) -> subprocess.CompletedProcess:
    """Run a tool and return its output; with ``check``, a failure fails the test."""
    result = subprocess.run(
        [sys.executable, str(ROOT / 'tools' / tool), *map(str, args)],
        env=tool_environment(*paths),
        capture_output=True,
        text=True,
        timeout=300,
    )
    if check and result.returncode != 0:
        raise AssertionError(f'{tool} {args} failed:\n{result.stdout}\n{result.stderr}')
    return result


def speed_up_trainings() -> None:
    """Let tiny trainings of this process spend their time on training.

    Without this, most of it goes into laying out the text of the config, which is the same text
    again and again, into the collection of garbage among all that is imported, and into mmengine's
    two seconds of sleep before a training by iterations reads its data once more.
    """
    pretty = yapf_api.FormatCode
    texts: dict[str, Any] = {}

    def format_once(text: str, **options: Any) -> Any:
        if text not in texts:
            texts[text] = pretty(text, **options)
        return texts[text]

    # mmengine imports the function once, its fork at each use.
    mmengine.config.config.FormatCode = yapf_api.FormatCode = format_once
    mmengine.runner.loops.time = SimpleNamespace(sleep=lambda seconds: None)
    gc.freeze()


def log_to_this_screen() -> None:
    """Let loggers of earlier tests write to the screen of this one.

    The screen of an earlier test may be closed, so the stream is replaced as it is:
    ``setStream`` would flush it first.
    """
    for logger in MMLogger._instance_dict.values():
        for handler in logger.handlers:
            if type(handler) is logging.StreamHandler:
                handler.stream = sys.stdout


def call_tool(tool: str, *args: object, check: bool = True) -> subprocess.CompletedProcess:
    """Run a tool in this process, which has imported everything; otherwise as :func:`run_tool`."""
    path, out, errors = ROOT / 'tools' / tool, StringIO(), StringIO()
    before, sys.argv = sys.argv, [str(ROOT / 'tools' / tool), *map(str, args)]
    code: object = None
    try:
        with redirect_stdout(out), redirect_stderr(errors):
            log_to_this_screen()
            runpy.run_path(str(path), run_name='__main__')
    except SystemExit as stop:
        code = stop.code
    finally:
        sys.argv = before
    said = f'{code}\n' if isinstance(code, str) else ''
    number = code if isinstance(code, int) else int(code is not None)
    result = subprocess.CompletedProcess(
        [tool, *args], number, out.getvalue(), errors.getvalue() + said
    )
    if check and number != 0:
        raise AssertionError(f'{tool} {args} failed:\n{result.stdout}\n{result.stderr}')
    return result


def tiny_config(folder: Path, data: Path, options: dict | None = None, extra: str = '') -> Config:
    """The config above for a runner in this process, with a work directory."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_config(folder / 'tiny.py', data, extra)
    cfg = load_config(path, folder / 'work', options)
    # Runners of one name that start in the same second would share their logs.
    cfg.experiment_name = uuid4().hex
    return cfg
