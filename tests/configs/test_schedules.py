"""Learning rates of all configs, step by step."""

import json
from typing import Any

import pytest
import torch
from mmengine.registry import PARAM_SCHEDULERS, DefaultScope

from mmfer.engine import load_config
from mmfer.engine.configuration.schedule import check_schedule
from tests.configs.test_chains import WHOLE

STEPS = 400
"""Steps of an epoch, several times the longest warm-up."""


def schedules() -> dict[str, tuple[float, int, list[dict[str, Any]]]]:
    """Rate, epochs and schedulers of the configs, each once, by the name of a config."""
    found = {}
    for path in WHOLE:
        cfg = load_config(path)
        check_schedule(cfg)
        entries = cfg.get('param_scheduler', [])
        entries = list(entries) if isinstance(entries, list) else [entries]
        optimizer = cfg.optim_wrapper.optimizer
        key = json.dumps([optimizer.lr, cfg.train_cfg.max_epochs, entries], sort_keys=True)
        found[key] = (path.stem, optimizer.lr, cfg.train_cfg.max_epochs, entries)
    return {name: (lr, epochs, entries) for name, lr, epochs, entries in found.values()}


SCHEDULES = schedules()


def rates(lr: float, epochs: int, entries: list[dict[str, Any]]) -> list[float]:
    """The learning rate of each step, as a runner applies the schedulers."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    built = []
    with DefaultScope.overwrite_default_scope('mmfer'):
        for entry in entries:
            options = dict(entry)
            kind = PARAM_SCHEDULERS.get(options.pop('type'))
            if options.pop('convert_to_iter_based', False):
                options['epoch_length'] = STEPS
                built.append(kind.build_iter_from_epoch(optimizer=optimizer, **options))
            else:
                built.append(kind(optimizer=optimizer, **options))
    found = []
    for _ in range(epochs):
        for _ in range(STEPS):
            found.append(optimizer.param_groups[0]['lr'])
            optimizer.step()
            for scheduler in built:
                if not scheduler.by_epoch:
                    scheduler.step()
        for scheduler in built:
            if scheduler.by_epoch:
                scheduler.step()
    return found


@pytest.mark.parametrize('name', SCHEDULES)
def test_no_rate_is_above_that_of_the_config(name: str) -> None:
    lr, epochs, entries = SCHEDULES[name]
    peak = max([lr, *(entry['eta_max'] for entry in entries if 'eta_max' in entry)])
    found = rates(lr, epochs, entries)
    assert peak * 0.9 < max(found) <= peak * 1.001
    assert min(found) > 0


def test_the_second_half_of_the_shipped_model_begins_with_half_the_rate() -> None:
    (schedule,) = [one for name, one in SCHEDULES.items() if 'efficientnet-lite0' in name]
    found = rates(*schedule)
    half = len(found) // 2
    assert found[0] < 0.1 * schedule[0]
    assert found[half - 1] < 0.02 * schedule[0]
    assert found[half] == pytest.approx(schedule[0] / 2)
    assert found[-1] < 0.02 * schedule[0]
