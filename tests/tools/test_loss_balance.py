from pathlib import Path

import pytest

from tests.engine.experiments.test_loss_balance import HEAD
from tests.helpers import call_tool, write_config, write_images

TOOL = 'analysis_tools/loss_balance.py'


def test_a_row_for_each_option(tmp_path: Path) -> None:
    config = write_config(
        tmp_path / 'config.py', write_images(tmp_path / 'data'), HEAD.format(weight=50)
    )
    options = ['--batches', 1, '--batch-size', 6]
    text = call_tool(TOOL, config, *options, '--with', 'start=batch', 'loss_weight=1').stdout
    lines = [line for line in text.splitlines() if line.strip()]
    assert 'features of width 64 and mean length' in lines[0] and len(lines) == 5
    plain, remedy = ([cell.strip() for cell in line.split('|')[1:-1]] for line in lines[3:])
    assert (plain[:2], remedy[:2]) == (
        ['as in the config', 'center'],
        ['start=batch, loss_weight=1', 'center'],
    )
    assert float(plain[2]) > 10 * float(remedy[2]) > 0


@pytest.mark.parametrize(
    ('extra', 'message'),
    [
        (['--with', 'start'], '"start" is not KEY=VALUE'),
        (['--with', 'scale=mean'], "scale='mean' must be one of"),
    ],
)
def test_wrong_options(tmp_path: Path, extra: list[str], message: str) -> None:
    config = write_config(
        tmp_path / 'config.py', write_images(tmp_path / 'data'), HEAD.format(weight=1)
    )
    result = call_tool(TOOL, config, *extra, check=False)
    assert result.returncode and message in result.stderr
