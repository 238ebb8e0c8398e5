import pytest
import torch

from tests.engine.start_weights.authors_names import authors_swin
from tests.engine.start_weights.equal_outputs import check_equal_outputs, name_of
from tests.engine.start_weights.sources import SWINS

from timm.models import swin_transformer  # isort: skip  (after mmfer)


@pytest.mark.parametrize('source', SWINS, ids=name_of)
def test_equal_outputs(source, tmp_path):
    check_equal_outputs(source, tmp_path)


def test_the_authors_names_are_those_that_timm_reads():
    with torch.device('meta'):
        model = swin_transformer.SwinTransformer()
    weights = model.state_dict()
    read = swin_transformer.checkpoint_filter_fn(authors_swin(weights), model)
    assert {name: weight.shape for name, weight in read.items()} == {
        name: weight.shape for name, weight in weights.items()
    }
