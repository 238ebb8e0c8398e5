"""Centers of losses across ranks, with two real processes."""

from pathlib import Path

import torch
import torch.distributed
import torch.multiprocessing
from mmengine.model import MMDistributedDataParallel
from torch import nn

from mmfer.models.losses import (
    CenterLoss,
    IslandLoss,
    SelfAdaptiveDeepCenterLoss,
    SeparateLoss,
)

# The second rank has no image of class 0, and none has one of class 4.
LABELS = torch.tensor([0, 1, 2, 0, 3, 3, 2, 1])
BUILD = {
    'center': lambda update: CenterLoss(5, 6, update=update),
    'island': lambda update: IslandLoss(5, 6, update=update),
    'separate': lambda update: SeparateLoss(5, 6, update=update),
    'sdcl': lambda update: SelfAdaptiveDeepCenterLoss(5, 6, 2, update=update),
}


class Model(nn.Module):
    """A feature extractor and a loss."""

    def __init__(self, name: str, update: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 6, 1)
        self.feature_loss = BUILD[name](update)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        feature_map = self.conv(x)
        return self.feature_loss(feature_map.mean((2, 3)), labels, feature_map)


def train(model: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in range(4):
        optimizer.zero_grad()
        model(x.roll(step, 1), labels).backward()
        optimizer.step()
    return getattr(model, 'module', model).feature_loss.centers.weight.detach().clone()


def rank_main(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    store = f'file://{folder}/store'
    torch.distributed.init_process_group('gloo', init_method=store, rank=rank, world_size=2)
    torch.save(centers_of_rank(rank, folder), f'{folder}/rank{rank}.pth')
    # Models are gone by now: one that outlives its process group may wait for it forever.
    torch.distributed.destroy_process_group()


def centers_of_rank(rank: int, folder: str) -> dict:
    own = slice(4 * rank, 4 * rank + 4)
    x = torch.load(f'{folder}/x.pth', weights_only=True)[own]
    centers = {}
    for name in BUILD:
        for update in ('rule', 'gradient'):
            model = Model(name, update)
            # As mmengine's runner wraps a model: without a buffer broadcast at each step.
            wrapped = MMDistributedDataParallel(model, broadcast_buffers=False)
            centers[name, update] = train(wrapped, x, LABELS[own])
    # Batches of two sizes, as at the end of an epoch.
    x, labels = (x[:1], LABELS[own][:1]) if rank else (x, LABELS[own])
    uneven = Model('center', 'rule')
    uneven(x, labels)
    centers['uneven'] = uneven.feature_loss.centers.weight.clone()
    return centers


def test_all_ranks_end_with_the_centers_of_one_process(tmp_path: Path) -> None:
    x = torch.randn(8, 3, 2, 2, generator=torch.Generator().manual_seed(2))
    torch.save(x, tmp_path / 'x.pth')
    torch.multiprocessing.spawn(rank_main, (str(tmp_path),), nprocs=2)
    first, second = (torch.load(tmp_path / f'rank{i}.pth', weights_only=True) for i in (0, 1))
    assert first.keys() == second.keys() and len(first) == 9
    for key, centers in first.items():
        assert torch.equal(centers, second[key]), key
    for name in ('center', 'island', 'separate'):  # sdcl has batch statistics of a rank
        for update in ('rule', 'gradient'):
            whole = Model(name, update)
            start = whole.feature_loss.centers.weight.detach().clone()
            centers = train(whole, x, LABELS)
            torch.testing.assert_close(first[name, update], centers, rtol=1e-4, atol=1e-5)
            assert not torch.equal(centers[:4], start[:4])
            alone = train(Model(name, update), x[:4], LABELS[:4])
            assert (alone - centers).abs().max() > 1e-3
    whole = Model('center', 'rule')
    whole(x[:5], LABELS[:5])
    torch.testing.assert_close(first['uneven'], whole.feature_loss.centers.weight)
