"""Two ranks have the losses, weights and metrics of one process, in all systems."""

from pathlib import Path

import pytest

from tests.reliability.run_ranks import EPOCHS, TOLERANCE, compare, run
from tests.reliability.trainings import SYSTEMS
from tests.small_configs import write_data


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('ranks')
    write_data(root / 'data')
    return root


@pytest.mark.parametrize('system', SYSTEMS)
def test_two_ranks_train_like_one_process(system: str, folder: Path) -> None:
    one, two = (run(system, 'batch', ranks, folder / 'data', folder) for ranks in (1, 2))
    row = compare(one, two)
    assert row['steps'] == 2 * EPOCHS and row['validations'] == EPOCHS
    assert row['loss'] <= TOLERANCE and row['metrics'] <= TOLERANCE
    # The optimizer enlarges differences of gradients that are nearly zero.
    assert row['weights'] <= 1e-3, row['worst weight']
    # The training does something.
    assert one['losses'][0] != one['losses'][-1]
