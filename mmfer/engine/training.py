"""Training of the model of a config."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from mmengine.config import Config
from mmengine.dist import barrier
from mmengine.runner import EpochBasedTrainLoop, Runner

from mmfer.compat import compile_without_updates
from mmfer.engine.checkpoint import last_checkpoint
from mmfer.engine.checkpoints.addresses import local_checkpoint
from mmfer.engine.config import load_config
from mmfer.engine.configuration.choosers import check_choosers
from mmfer.engine.configuration.config_keys import check_sections
from mmfer.engine.configuration.config_values import check_values
from mmfer.engine.configuration.schedule import check_schedule
from mmfer.engine.distributed import init_cpu_ranks
from mmfer.engine.run_checks import (
    check_best,
    check_custom_keys,
    check_epoch,
    check_last_batch,
    check_mixing,
    check_resume,
    check_support,
)
from mmfer.engine.work_dir import training_in
from mmfer.registry import RUNNERS


def build_runner(cfg: Config) -> Runner:
    """Build the runner of a config, after joining the other ranks of a distributed run."""
    init_cpu_ranks(cfg.launcher)
    if cfg.get('compile'):
        compile_without_updates()
    loop = cfg.get('train_cfg')
    if loop and 'by_epoch' in loop and 'type' not in loop:
        # The loop of mmfer, where mmengine would take its own.
        loop.type = 'EpochBasedTrainLoop' if loop.pop('by_epoch') else 'IterBasedTrainLoop'
    if 'runner_type' in cfg:
        return RUNNERS.build(cfg)
    return Runner.from_cfg(cfg)


def give_own_name(cfg: Config, name: str) -> None:
    """Name a run as no other; runs of one name that start in the same second share their logs."""
    cfg.experiment_name = f'{name}_{uuid4().hex}'


def train(
    cfg: Config,
    resume: str | bool = False,
    amp: bool = False,
    seed: int | None = None,
    auto_scale_lr: bool = False,
    validate: bool = True,
) -> Runner:
    """Train from a config of :func:`mmfer.engine.load_config`.

    Args:
        cfg: The config.
        resume: True resumes from the last complete checkpoint in the work directory, or starts if
            there is none; a path or address resumes from this checkpoint.
        amp: Train in mixed precision: float16 on a GPU, bfloat16 on a CPU with bfloat16 units.
        seed: Replaces the seed of the config.
        auto_scale_lr: Scale the learning rate with the batch size over all devices.
        validate: Whether to validate while training.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If the checkpoint is damaged, the config lacks an entry that an argument needs
            or has one that nothing reads, another run works in the work directory, an epoch has no
            batch or no end, a batch has one image that the model cannot normalize, unknown
            attributes would be mixed, the schedule ends before the training, ``save_best`` names no
            measure of the validation, an entry of the config chooses by a validation that never
            runs, or a resumed run would ignore a change of its schedule or optimizer.
    """
    if isinstance(resume, str) and resume:
        local_checkpoint(resume)  # a missing checkpoint is known before the model is built
        cfg.resume, cfg.load_from = True, resume
    elif resume or (cfg.get('resume') and not cfg.get('load_from')):
        last = last_checkpoint(cfg.work_dir)
        # Without a checkpoint, load_from of the config remains valid.
        if last is not None:
            cfg.resume, cfg.load_from = True, str(last)
    if amp:
        wrapper = 'AmpOptimWrapper' if torch.cuda.is_available() else 'CPUAmpOptimWrapper'
        cfg.optim_wrapper.type = wrapper
    if seed is not None:
        cfg.merge_from_dict({'randomness.seed': seed})
    if auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise ValueError(
                '--auto-scale-lr needs the batch size for which the learning rate was chosen. Add '
                'auto_scale_lr = dict(base_batch_size=...) to the config.'
            )
        cfg.auto_scale_lr.enable = True
    if not validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    check_values(cfg.to_dict())
    check_sections(cfg.to_dict())
    check_schedule(cfg)
    check_choosers(cfg, validate)
    with training_in(cfg.work_dir):
        return _train(cfg)


def _train(cfg: Config) -> Runner:
    """Check a complete config, build its runner, check that, and train."""
    if cfg.get('resume'):
        check_resume(cfg)
    runner = build_runner(cfg)
    if isinstance(runner.train_loop, EpochBasedTrainLoop):
        check_epoch(runner.train_loop.dataloader)
    check_last_batch(runner)
    check_mixing(runner)
    check_custom_keys(runner)
    check_best(runner)
    check_support(runner)
    with _handlers_restored():
        runner.train()
        # A rank that ends while others still prepare a short training would break their group.
        barrier()
    return runner


@contextmanager
def _handlers_restored() -> Iterator[None]:
    """Restore the handlers of signals, also if a training fails."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for number, handler in before.items():
                signal.signal(number, handler)


def trained_score(
    config: str | Path,
    work_dir: str | Path,
    options: dict[str, Any] | None = None,
    measure: str = 'accuracy',
) -> float:
    """Train a config, and return a measure of its last validation, for a search of options.

    Args:
        config: A config, as for :func:`mmfer.engine.load_config`.
        work_dir: Folder for checkpoints and logs.
        options: Entries to replace, such as ``{'lr': 0.01}``.
        measure: The measure, as the log names it.

    Raises:
        ValueError: If the validation of the config has no such measure.

    Example:
        >>> trained_score('mine.py', 'work_dirs/fast', {'lr': 0.01})
        71.4
    """
    cfg = load_config(config, work_dir, options)
    give_own_name(cfg, Path(work_dir).name)
    scalars = train(cfg).message_hub.log_scalars
    known = [name.removeprefix('val/') for name in scalars if name.startswith('val/')]
    known = [name for name in known if name not in ('time', 'data_time')]
    if measure not in known:
        raise ValueError(
            f'The validation of "{config}" has no measure "{measure}". It has: '
            f'{", ".join(known) or "none, as the config does not validate"}.'
        )
    return float(scalars[f'val/{measure}'].current())
