import pytest
import torch

from mmfer.engine.start_weights.vgg import LAYOUTS
from tests.engine.start_weights.equal_outputs import check_equal_outputs, name_of
from tests.engine.start_weights.sources import VGGS

import torchvision  # isort: skip  (after mmfer)


@pytest.mark.parametrize('source', VGGS, ids=name_of)
def test_equal_outputs(source, tmp_path):
    check_equal_outputs(source, tmp_path)


@pytest.mark.parametrize('name', ['vgg11_bn', 'vgg13', 'vgg19_bn'])
def test_numbers_of_other_depths(name):
    """The names of mmpretrain's VGG, for which a pooling has a number, too."""
    from mmfer.registry import MODELS, register_all_modules

    register_all_modules()
    norm = dict(norm_cfg=dict(type='BN')) if name.endswith('bn') else {}
    depth = int(name[3:5])
    with torch.device('meta'):
        source = getattr(torchvision.models, name)()
        target = MODELS.build(dict(type='VGG', depth=depth, **norm)).state_dict()
    renamed = LAYOUTS[0].rename(source.state_dict())
    assert {new: source.state_dict()[old].shape for old, new in renamed.items()} == {
        new: weight.shape
        for new, weight in target.items()
        if not new.endswith('num_batches_tracked')
    }
