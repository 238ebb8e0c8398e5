"""Every config trains on two CPU ranks, with checkpoints, with and without averaged weights."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mmfer.engine import load_config
from tests.helpers import ROOT, tool_environment
from tests.rank_main import averages_of, is_row
from tests.small_configs import form_of, write_data

CONFIGS = sorted(p for p in (ROOT / 'configs').rglob('*.py') if '_base_' not in p.parts)
TRAININGS = [(config, average) for config in CONFIGS for average in averages_of(config)]
SECTIONS = (
    *('model', 'train_dataloader', 'optim_wrapper', 'train_cfg'),
    *('default_hooks', 'custom_hooks', 'compile'),
)
Results = dict[tuple[str, str], list[dict[str, Any]]]


def run_ranks(folder: Path, configs: list[Path]) -> None:
    """Train configs one after the other in two processes, until one fails."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, '-m', 'tests.rank_main', str(folder), *map(str, configs)]
    ranks = []
    for rank in ('0', '1'):
        environment = {
            **tool_environment(),
            **dict(RANK=rank, LOCAL_RANK=rank, WORLD_SIZE='2'),
            **dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=port),
        }
        log = (folder / f'rank{rank}.log').open('a')
        ranks.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log))
    try:
        for rank in ranks:
            rank.wait(1800)
    finally:
        for rank in ranks:
            rank.kill()


def read_results(folder: Path) -> Results:
    results: Results = {}
    for rank in (0, 1):
        path = folder / f'rank{rank}.jsonl'
        for line in path.read_text().splitlines() if path.exists() else ():
            result = json.loads(line)
            results.setdefault((result['config'], result['average']), []).append(result)
    return results


def same_code(configs: list[Path]) -> dict[Path, Path]:
    """For each config the one that is trained for it: rows that differ in numbers share one."""
    trained: dict[str, Path] = {}
    found = {}
    for config in sorted(configs, key=is_row):
        cfg = load_config(config).to_dict()
        form = repr([form_of(cfg.get(section)) for section in SECTIONS])
        found[config] = trained.setdefault(form, config) if is_row(config) else config
        trained.setdefault(form, config)
    return found


@pytest.fixture(scope='module')
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The values of each rank for each config that a test of this run requests."""
    folder = tmp_path_factory.mktemp('ranks')
    write_data(folder / 'data')
    items = [item for item in request.session.items if item.module is request.module]
    asked = {item.callspec.params['config'] for item in items if hasattr(item, 'callspec')}
    twins = same_code([config for config in CONFIGS if config in asked])
    rest = sorted({*twins.values()})
    while rest:
        run_ranks(folder, rest)
        begun = {config for config, _ in read_results(folder)}
        reached = [i for i, config in enumerate(rest) if str(config) in begun]
        # A config that fails ends its ranks; those after it go on in others.
        if not reached:
            break
        rest = rest[max(reached) + 1 :]
    found = read_results(folder)
    return {
        (str(config), average): found.get((str(twin), average), [])
        for config, twin in twins.items()
        for average in averages_of(config)
    }


@pytest.mark.parametrize(
    ('config', 'average'),
    TRAININGS,
    ids=[f'{config.relative_to(ROOT / "configs")}-{average}' for config, average in TRAININGS],
)
def test_both_ranks_agree_after_two_epochs(results: Results, config: Path, average: str) -> None:
    of_ranks = results.get((str(config), average), [])
    for result in of_ranks:
        assert 'error' not in result, result['error']
    assert len(of_ranks) == 2, 'a rank ended without a word'
    first, second = of_ranks
    assert first == second and first['digests'][0] == first['digests'][1]
    assert first['iterations'] == 2 * first['batches'] > 0
    assert 'epoch_2.pth' in first['checkpoints']
    assert first['averaged'] == (average == 'ema')
    needs_support = config.parent.name == 'rald' or 'itrr' in config.stem
    assert not needs_support or first['support']
