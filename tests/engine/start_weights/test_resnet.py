import pytest
from mmengine.logging import MMLogger

from tests.engine.start_weights.equal_outputs import check_equal_outputs, name_of
from tests.engine.start_weights.sources import POOLED_ELSEWHERE, RESNETS, compare


@pytest.mark.parametrize('source', RESNETS, ids=name_of)
def test_equal_outputs(source, tmp_path):
    check_equal_outputs(source, tmp_path)


def test_the_port_of_the_authors_fits_but_pools_elsewhere(tmp_path, caplog):
    """Its stem pools from the first pixel on, that of the others from one pixel before."""
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    found = compare(POOLED_ELSEWHERE, tmp_path)
    logger.removeHandler(caplog.handler)
    assert not found.fit.missing and not found.fit.reshaped
    assert found.difference > 0.01 * found.spread
    assert 'pools after its stem without padding' in caplog.text
