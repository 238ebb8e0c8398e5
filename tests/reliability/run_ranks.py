"""Train the five systems on one, two and four ranks, and compare losses, weights and metrics.

python -m tests.reliability.run_ranks --ranks 2 4 --out work_dirs/ranks.json

Each number of ranks sees the same images in each step: the batch of a rank is the whole batch
divided by the number of ranks, the random changes of an image depend on the image alone, and all is
computed in float32, also on a CPU with bfloat16 units, whose numbers have three digits. What
depends on the images of a rank by definition is excluded: batch norms use their running statistics
(PyTorch synchronizes batch statistics on GPUs alone), dropout and stochastic depth are off, and
RALD relates the images of all ranks (``gather=True``).
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmcv.cnn.bricks import DropPath
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmfer.datasets.wrapped import readers_of
from mmfer.engine import cpu_amp, train
from mmfer.engine.feature_bank import unwrap
from mmfer.files import write_json
from mmfer.registry import HOOKS, TRANSFORMS
from tests.helpers import ROOT
from tests.reliability.trainings import SYSTEMS, WITHOUT_BATCH_NORM, start
from tests.small_configs import replace, small_config, write_data

BATCH, EPOCHS = 4, 3
TOLERANCE = 1e-5
VARIANTS = {'rald': ('batch', 'bank')}
"""The neighbors of RALD's label distributions."""
DROPPED = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd, DropPath)


@TRANSFORMS.register_module()
class SeedBySample(BaseTransform):
    """Make the random changes of an image depend on its number alone."""

    def transform(self, results: dict) -> dict:
        seed = results['sample_idx']
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 (mmcv's transforms draw from the global generator)
        torch.manual_seed(seed)
        return results


@HOOKS.register_module()
class CompareHook(Hook):
    """Record the loss over all ranks and the metrics; keep what depends on a rank's batch off."""

    priority = 'VERY_LOW'

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.metrics: list[dict[str, Any]] = []

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        for module in runner.model.modules():
            if isinstance(module, DROPPED):
                module.eval()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        loss = torch.tensor(float(outputs['loss']), dtype=torch.float64)
        all_reduce(loss, 'mean')
        self.losses.append(float(loss))

    def after_val_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        numbers = {k: v for k, v in (metrics or {}).items() if isinstance(v, int | float)}
        self.metrics.append(numbers)


def equal_config(system: str, variant: str, ranks: int, data: Path, work: Path) -> Config:
    """The config of a system whose steps do not depend on the number of ranks."""
    launcher = 'none' if ranks == 1 else 'pytorch'
    cfg = small_config(ROOT / 'configs' / SYSTEMS[system], data, work, launcher)
    cfg.log_level = 'ERROR'
    cfg.train_cfg.max_epochs = EPOCHS
    cfg.param_scheduler = dict(type='CosineAnnealingLR', T_max=EPOCHS)
    cfg.train_dataloader.update(
        batch_size=BATCH // ranks, sampler=dict(type='DefaultSampler', shuffle=False)
    )
    for reader in readers_of(cfg.train_dataloader.dataset):
        reader.pipeline = [dict(type='SeedBySample'), *reader.pipeline]
    # Not a multiple of the number of ranks: some images are read twice.
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        for reader in readers_of(loader.dataset):
            reader.indices = 3
    hooks = [dict(type='CompareHook'), *cfg.get('custom_hooks', [])]
    if system not in WITHOUT_BATCH_NORM:
        hooks.append(dict(type='ChannelPruningHook', penalty=1e-2))
    cfg.custom_hooks = hooks
    if system == 'rald':
        cfg.model.neck.itrr.gather = True
        cfg.default_hooks.warm_start.epochs = 1
        replace(cfg.custom_hooks, 'neighbors', lambda _: variant)
    return cfg


def train_rank(system: str, variant: str, ranks: int, data: Path, work: Path, result: Path) -> None:
    """Train in this process, and write the results of the first rank."""
    cpu_amp.cpu_has_bfloat16 = lambda: False
    runner = train(equal_config(system, variant, ranks, data, work))
    hook = next(hook for hook in runner.hooks if isinstance(hook, CompareHook))
    if runner.rank == 0:
        state = dict(unwrap(runner.model).state_dict())
        torch.save({'losses': hook.losses, 'metrics': hook.metrics, 'state': state}, result)


def run(system: str, variant: str, ranks: int, data: Path, folder: Path) -> dict[str, Any]:
    """Train a system on some ranks; return losses, metrics and weights.

    Raises:
        RuntimeError: If a rank fails.
    """
    work = folder / f'{system}-{variant}-{ranks}'
    log, result = work.with_suffix('.log'), work.with_suffix('.pt')
    arguments = (system, variant, ranks, data, work, result)
    processes = start(ranks, log, train_rank, *arguments)
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError(f'{work.name}:\n{log.read_text()[-3000:]}')
    return dict(torch.load(result, weights_only=True))


def compare(one: dict[str, Any], several: dict[str, Any]) -> dict[str, Any]:
    """The largest differences of losses, weights and metrics."""
    assert one['state'].keys() == several['state'].keys()
    states = {
        name: float((one['state'][name].double() - value.double()).abs().max())
        for name, value in several['state'].items()
        if value.numel()
    }
    worst = max(states, key=lambda name: states[name])
    losses = np.abs(np.subtract(one['losses'], several['losses'])).tolist()
    metrics = [
        abs(first[name] - second[name])
        for first, second in zip(one['metrics'], several['metrics'], strict=True)
        for name in first
    ]
    return {
        'steps': len(losses),
        'first loss': one['losses'][0],
        'last loss': one['losses'][-1],
        'loss': max(losses),
        'weights': states[worst],
        'worst weight': worst,
        'metrics': max(metrics),
        'validations': len(one['metrics']),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--ranks', type=int, nargs='+', default=[2, 4])
    parser.add_argument('--systems', nargs='+', default=[*SYSTEMS], choices=SYSTEMS)
    parser.add_argument('--out', type=Path, help='the JSON file of the results')
    args = parser.parse_args()
    rows = json.loads(args.out.read_text()) if args.out and args.out.is_file() else []
    known = {(row['system'], row['variant'], row['ranks']) for row in rows}
    with tempfile.TemporaryDirectory(prefix='ranks-') as name:
        folder = Path(name)
        write_data(folder / 'data')
        for system in args.systems:
            for variant in VARIANTS.get(system, ('',)):
                one: dict[str, Any] | None = None
                for ranks in args.ranks:
                    if (system, variant, ranks) in known:
                        continue
                    one = one or run(system, variant, 1, folder / 'data', folder)
                    several = run(system, variant, ranks, folder / 'data', folder)
                    row = dict(system=system, variant=variant, ranks=ranks)
                    rows.append({**row, **compare(one, several)})
                    print(rows[-1], flush=True)
                    if args.out:
                        write_json(args.out, rows)
    wrong = [row for row in rows if not max(row['loss'], row['metrics']) <= TOLERANCE]
    print(f'{len(rows)} comparisons, {len(wrong)} above {TOLERANCE}')
    sys.exit(bool(wrong))


if __name__ == '__main__':
    main()
