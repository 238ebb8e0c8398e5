from copy import deepcopy

import pytest
import torch
from torch import distributed, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor

from mmfer.engine.sharding import from_own_part, load_whole, own_part, shard, whole


@pytest.fixture
def mesh(tmp_path):
    """A single rank: every part is the whole; test_sharded_runner.py has two."""
    store = distributed.FileStore(str(tmp_path / 'store'), 1)
    distributed.init_process_group('gloo', store=store, rank=0, world_size=1)
    yield init_device_mesh('cpu', (1,))
    distributed.destroy_process_group()


def network() -> nn.Module:
    torch.manual_seed(0)
    blocks = nn.ModuleList([nn.Linear(8, 8) for _ in range(2)])
    return nn.ModuleDict({'blocks': blocks, 'norm': nn.LayerNorm(8), 'head': nn.Linear(8, 3)})


class Wrapped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = network()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.net['blocks']:
            x = block(x)
        return self.net['head'](self.net['norm'](x))


def test_units_are_the_smallest_modules_of_the_size(mesh):
    plain, divided = Wrapped(), Wrapped()
    assert shard(divided, mesh, 60) == ['net.blocks.1', 'net.blocks.0', '']
    assert shard(Wrapped(), mesh, 1000) == ['']
    assert all(isinstance(w, DTensor) for w in divided.parameters())
    x = torch.randn(5, 8)
    torch.testing.assert_close(divided(x), plain(x))


def test_whole_states_go_in_and_out(mesh):
    divided, other = Wrapped(), Wrapped()
    shard(divided, mesh, 60)
    nn.init.ones_(other.net['head'].weight)
    divided.load_state_dict(other.state_dict())
    optimizer = torch.optim.AdamW(divided.parameters(), 1e-2)
    load_whole(optimizer)
    divided(torch.randn(5, 8)).sum().backward()
    optimizer.step()
    state = whole({'model': divided.state_dict(), 'optimizer': optimizer.state_dict()})
    assert all(type(value) is torch.Tensor for value in state['model'].values())
    assert (state['model']['net.head.weight'] - 1).abs().max() < 0.011

    plain = Wrapped()
    plain.load_state_dict(state['model'])
    again = torch.optim.AdamW(plain.parameters(), 1e-2)
    again.load_state_dict(deepcopy(state['optimizer']))
    optimizer.load_state_dict(state['optimizer'])
    x = torch.randn(5, 8)
    for one, of_one in ((plain, again), (divided, optimizer)):
        of_one.zero_grad()
        one(x).square().sum().backward()
        of_one.step()
    for ours, theirs in zip(divided.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours.full_tensor(), theirs)


def test_parts_of_gradients_are_kept_by_their_rank(mesh):
    divided = Wrapped()
    shard(divided, mesh, 60)
    divided(torch.randn(5, 8)).sum().backward()
    weight = divided.net['blocks'][0].weight
    part = own_part(weight.grad)
    assert type(part) is torch.Tensor
    again = from_own_part(part, weight)
    assert isinstance(again, DTensor) and again.placements == weight.placements
    torch.testing.assert_close(again.full_tensor(), weight.grad.full_tensor())
    plain = torch.ones(2)
    assert own_part(plain) is plain and from_own_part(plain, torch.zeros(2)) is plain
