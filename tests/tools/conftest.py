import pytest

from tests.tools.rald import SmallRALD, make_small_rald


@pytest.fixture(scope='session')
def small_rald(tmp_path_factory: pytest.TempPathFactory) -> SmallRALD:
    return make_small_rald(tmp_path_factory.mktemp('rald'))
