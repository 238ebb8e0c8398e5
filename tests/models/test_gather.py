"""RALD's neighbors across ranks, with two real processes."""

from pathlib import Path

import torch
import torch.distributed
import torch.multiprocessing
from mmpretrain.structures import DataSample

from mmfer.models import ITRR, RALDHead

LABELS = [0, 1, 2, 0, 1, 2, 0, 1]


def losses_of(x: torch.Tensor, labels: list[int], gather: bool) -> tuple[dict, ITRR]:
    torch.manual_seed(0)
    itrr = ITRR(16, num_heads=4, ffn_dims=8, init='default', gather=gather).train()
    head = RALDHead(3, 16, neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=3))
    torch.nn.init.normal_(head.fc.weight, generator=torch.Generator().manual_seed(1))
    return head.loss(itrr(x), [DataSample().set_gt_label(y) for y in labels]), itrr


def rank_main(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    store = f'file://{folder}/store'
    torch.distributed.init_process_group('gloo', init_method=store, rank=rank, world_size=2)
    x = torch.load(f'{folder}/x.pth', weights_only=True)[rank * 4 : rank * 4 + 4]
    losses, itrr = losses_of(x, LABELS[rank * 4 : rank * 4 + 4], gather=True)
    losses['loss_neighbor'].backward()
    gradient = itrr.attention.key.weight.grad
    torch.save(dict(losses, gradient=gradient), f'{folder}/rank{rank}.pth')
    torch.distributed.destroy_process_group()


def test_gathered_ranks_see_what_one_process_sees(tmp_path: Path) -> None:
    x = torch.randn(8, 16, generator=torch.Generator().manual_seed(2))
    torch.save(x, tmp_path / 'x.pth')
    torch.multiprocessing.spawn(rank_main, (str(tmp_path),), nprocs=2)
    ranks = [torch.load(tmp_path / f'rank{i}.pth', weights_only=True) for i in (0, 1)]
    whole, itrr = losses_of(x, LABELS, gather=False)
    whole['loss_neighbor'].backward()
    for name in ('loss', 'loss_neighbor', 'neighbor_agreement', 'neighbor_chance'):
        mean = (ranks[0][name] + ranks[1][name]) / 2
        torch.testing.assert_close(mean, whole[name], msg=name)
    gradient = (ranks[0]['gradient'] + ranks[1]['gradient']) / 2
    torch.testing.assert_close(gradient, itrr.attention.key.weight.grad)
    alone, _ = losses_of(x[:4], LABELS[:4], gather=False)
    assert (alone['loss_neighbor'] - ranks[0]['loss_neighbor']).abs() > 1e-4
