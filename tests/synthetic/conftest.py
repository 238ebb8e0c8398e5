import pytest

from mmfer.synthetic import Head, Renderer


@pytest.fixture(scope='session')
def head() -> Head:
    return Head()


@pytest.fixture(scope='session')
def renderer(head: Head) -> Renderer:
    return Renderer(head)
