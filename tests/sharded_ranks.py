"""One rank of the trainings in test_sharded_runner.py: python -m tests.sharded_ranks FOLDER."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import torch
from torch.distributed.tensor import DTensor

from mmfer.engine import build_runner, test
from mmfer.engine.distributed import init_cpu_ranks
from tests.helpers import ROOT
from tests.small_configs import small_config

CONFIG = ROOT / 'configs/faer/faer_convnext-xlarge_rafdb.py'


def config(folder: Path, name: str, **entries: Any) -> Any:
    cfg = small_config(CONFIG, folder / 'data', folder / name, launcher='pytorch')
    cfg.experiment_name, cfg.log_level = name, 'ERROR'
    cfg.optim_wrapper.pop('type', None)  # float32
    cfg.optim_wrapper.clip_grad = dict(max_norm=1.0)
    cfg.optim_wrapper.optimizer.lr = 1e-2
    cfg.merge_from_dict(entries)
    return cfg


def whole_network(folder: Path) -> Any:
    """The same training with the whole network on both ranks."""
    cfg = config(folder, 'whole')
    cfg.pop('runner_type')
    cfg.model_wrapper_cfg = dict(type='MMDistributedDataParallel', device_ids=None)
    return cfg


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    init_cpu_ranks('pytorch')
    build_runner(whole_network(folder)).train()
    options = {'model_wrapper_cfg.min_weights': 2000}
    runner = build_runner(config(folder, 'divided', **options))
    runner.train()
    runner.model.reshard()  # the last unit remains gathered after a validation
    weights = list(runner.model.parameters())
    parts = [w.to_local() for w in weights if isinstance(w, DTensor)]
    steps = list(runner.optim_wrapper.optimizer.state.values())
    found = {
        'units': runner.units,
        'divided': len(parts) == len(weights),
        'weights': sum(w.numel() for w in weights),
        'own': sum(part.numel() for part in parts),
        'own_states': sum(s['exp_avg'].to_local().numel() for s in steps),
    }
    resumed = config(folder, 'resumed', **options)
    resumed.resume, resumed.load_from = True, str(folder / 'divided/epoch_1.pth')
    build_runner(resumed).train()
    found['metrics'] = {}
    for kind in ('whole', 'divided'):
        cfg = config(folder, f'tested_{kind}', **options) if kind == 'divided' else None
        cfg = cfg or whole_network(folder)
        found['metrics'][kind] = test(cfg, folder / 'divided/epoch_2.pth')
    refused = config(folder, 'refused')
    refused.custom_hooks = [dict(type='EMAHook')]
    try:
        build_runner(refused).train()
    except ValueError as error:
        found['refusal'] = str(error)
    (folder / f'rank{os.environ["RANK"]}.json').write_text(json.dumps(found))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
