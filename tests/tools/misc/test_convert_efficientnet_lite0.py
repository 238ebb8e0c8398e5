from pathlib import Path

import pytest
import torch

from mmfer.models.backbones import EfficientNetLite
from tests.helpers import run_tool

TOOL = 'misc/convert_efficientnet_lite0.py'


def state() -> dict[str, torch.Tensor]:
    """Weights with the package's names: other names, but the same order and last part."""
    torch.manual_seed(0)
    weights = {
        f'_part{i}.{name.split(".")[-1]}': torch.rand_like(weight.float()).to(weight.dtype)
        for i, (name, weight) in enumerate(EfficientNetLite().state_dict().items())
    }
    return {**weights, '_fc.weight': torch.zeros(1000, 1280), '_fc.bias': torch.zeros(1000)}


def test_weights_are_renamed_in_order(tmp_path: Path) -> None:
    weights = state()
    torch.save(weights, tmp_path / 'in.pth')
    assert '294 tensors' in run_tool(TOOL, tmp_path / 'in.pth', tmp_path / 'a' / 'out.pth').stdout
    backbone = EfficientNetLite(
        init_cfg=dict(type='Pretrained', checkpoint=str(tmp_path / 'a' / 'out.pth'))
    )
    backbone.init_weights()
    for found, expected in zip(backbone.state_dict().values(), weights.values(), strict=False):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize('change', ['fewer', 'shape', 'kind', 'none'])
def test_other_files_are_refused(tmp_path: Path, change: str) -> None:
    weights = state()
    names = list(weights)
    if change == 'fewer':
        del weights[names[5]]
    elif change == 'shape':
        weights[names[0]] = torch.zeros(2, 2)
    elif change == 'kind':
        weights = {name.replace('part1.weight', 'part1.gain'): w for name, w in weights.items()}
    if change != 'none':
        torch.save(weights, tmp_path / 'in.pth')
    result = run_tool(TOOL, tmp_path / 'in.pth', tmp_path / 'out.pth', check=False)
    assert result.returncode == 1
    assert {'fewer': '293 tensors', 'none': 'No checkpoint'}.get(change, 'fit') in result.stderr
    assert not (tmp_path / 'out.pth').exists()
