"""One rank of the trainings in test_two_ranks.py: python -m tests.rank_main FOLDER CONFIG..."""

import gc
import hashlib
import json
import os
import sys
import traceback
from pathlib import Path

import mmengine.config.config
import torch
import torch.distributed
from mmengine.runner import Runner

from mmfer.engine import build_runner
from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.distributed import init_cpu_ranks
from mmfer.engine.feature_bank import unwrap
from mmfer.engine.sharding import whole
from tests.small_configs import small_config

AVERAGES = {
    'plain': [],
    # With buffers, which covers more than without.
    'ema': [dict(type='EMAHook', momentum=0.1, update_buffers=True)],
}


def is_row(config: Path) -> bool:
    """Whether a config is a row of a table, which changes a shipped system."""
    return config.parent.name.startswith(('ablations', 'labels', 'speed'))


def averages_of(config: Path) -> list[str]:
    """How a config is trained: a row of a table only averaged, divided weights never."""
    if 'ShardedRunner' in config.read_text():
        return ['plain']
    return ['ema'] if is_row(config) else list(AVERAGES)


def digest(runner: Runner) -> str:
    """The state that must be equal on two ranks: weights, statistics, centers, support set."""
    state = whole(unwrap(runner.model).state_dict())
    assert all(value.isfinite().all() for value in state.values())
    parts = [name.encode() + value.numpy().tobytes() for name, value in sorted(state.items())]
    return hashlib.sha256(b''.join(parts)).hexdigest()


def train(config: Path, folder: Path, average: str) -> dict[str, object]:
    """Train a config; return the values that the tests check."""
    work = folder / 'work' / f'{"-".join(config.parts[-3:])}-{average}'
    cfg = small_config(config, folder / 'data', work, launcher='pytorch')
    cfg.default_hooks.pop('ema', None)
    cfg.custom_hooks = [*cfg.get('custom_hooks', []), *AVERAGES[average]]
    cfg.experiment_name, cfg.log_level = work.name, 'ERROR'
    if cfg.get('compile'):
        cfg.compile = dict(backend='aot_eager')  # traces, and needs no C++ compiler
    runner = build_runner(cfg)
    runner.train()
    digests: list[str] = ['', '']
    torch.distributed.all_gather_object(digests, digest(runner))
    checkpoint = load_from_disk(str(work / 'epoch_2.pth'))
    support = [v.shape for k, v in checkpoint['state_dict'].items() if 'support_features' in k]
    return {
        'digests': digests,
        'iterations': runner.iter,
        'batches': len(runner.train_dataloader),
        'checkpoints': sorted(p.name for p in work.glob('epoch_*.pth')),
        'averaged': 'ema_state_dict' in checkpoint,
        'support': [tuple(shape) for shape in support],
    }


def main(folder: Path, configs: list[Path]) -> None:
    """Train each config, and write a line for each training."""
    torch.set_num_threads(1)
    # Laying a config out prettily takes longer than training it here.
    mmengine.config.config.FormatCode = lambda text, **_: (text, True)
    init_cpu_ranks('pytorch')
    with (folder / f'rank{os.environ["RANK"]}.jsonl').open('a', buffering=1) as file:
        for config in configs:
            for average in averages_of(config):
                result: dict[str, object] = {'config': str(config), 'average': average}
                # The collections that readers ask for would go through all that is imported. What
                # the last training left must not be kept with it: it would fill the memory.
                gc.collect()
                gc.freeze()
                try:
                    result.update(train(config, folder, average))
                except Exception:
                    # The other rank may wait for this one: both end.
                    file.write(json.dumps({**result, 'error': traceback.format_exc()}) + '\n')
                    file.flush()
                    os._exit(1)
                file.write(json.dumps(result) + '\n')


if __name__ == '__main__':
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
