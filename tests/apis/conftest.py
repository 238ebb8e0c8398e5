"""A model and its inferencer, for all tests of a file."""

import pytest

from mmfer.apis import FERInferencer
from tests.apis.model_files import write_model


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='module')
def inferencer(files):
    return FERInferencer(*files)
