"""A device that is not there is said before anything is built."""

import pytest
import torch

from mmfer.device import usable_device


def test_the_processor_can_always_be_used() -> None:
    assert usable_device('cpu') == torch.device('cpu')


@pytest.mark.parametrize('name', ['gpu', 'cuda:99', 'cpu:x', '', 'meta:3:1'])
def test_other_devices_name_those_that_can_be_used(name: str) -> None:
    with pytest.raises(ValueError, match=rf'The device "{name}" cannot be used: .* one of: cpu'):
        usable_device(name)
