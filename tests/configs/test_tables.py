"""The files with arguments for the tables on rendered faces."""

import pytest

from tests.configs.tables import table_rows

TABLES = [
    ('rald/ablations/renderings', 'rald/ablations/table3_a_none', 'fgemotions', 11),
    ('faer/ablations/table2-renderings', 'faer/ablations/table2_rafdb_a_baseline', 'rafdb', 10),
    ('faer/ablations/table3-renderings', 'faer/ablations/table3_bce_faer', 'celeba', 10),
]


@pytest.mark.parametrize(('table', 'variant', 'layout', 'epochs'), TABLES)
def test_rows_read_few_small_renderings(table: str, variant: str, layout: str, epochs: int) -> None:
    arguments = [f'@configs/{table}.txt', '--variants', f'configs/{variant}.py']
    (cfg,) = table_rows(*arguments).values()
    assert cfg.data_root == f'data/synthetic/{layout}-ablation'
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        assert loader.dataset.data_root == cfg.data_root
    assert cfg.test_pipeline[1] == dict(type='ResizeFace', size=80)
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler.total_steps == epochs


def test_later_options_replace_those_of_the_file() -> None:
    table = '@configs/rald/ablations/renderings.txt'
    (cfg,) = table_rows(table, '--cfg-options', 'epochs=3').values()
    assert (cfg.train_cfg.max_epochs, cfg.data_root) == (3, 'data/synthetic/fgemotions-ablation')
    assert cfg.default_hooks.warm_start.epochs == 8
