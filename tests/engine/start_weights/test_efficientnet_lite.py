import pytest

from tests.engine.start_weights.equal_outputs import check_equal_outputs, name_of
from tests.engine.start_weights.sources import LITES


@pytest.mark.parametrize('source', LITES, ids=name_of)
def test_equal_outputs(source, tmp_path):
    check_equal_outputs(source, tmp_path)
