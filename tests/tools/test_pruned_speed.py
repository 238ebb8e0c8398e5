"""Parameters, FLOPs and latency of a network before and after pruning."""

import re

import torch

from mmfer.engine import load_config
from mmfer.engine.model_building import build_model
from tests.helpers import ROOT, call_tool, run_tool

CONFIG = ROOT / 'configs/multi_region/multi_region_vgg16bn_synthetic.py'
TOOL = 'analysis_tools/pruned_speed.py'


def test_table_of_ratios(tmp_path):
    torch.manual_seed(0)
    model = build_model(load_config(CONFIG))
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'scales.pth')
    quick = ['--size', '56', '--repeats', '1', '--seconds', '0.01']
    result = run_tool(
        TOOL, CONFIG, '--scales', tmp_path / 'scales.pth', '--ratios', '0.5', '0.8', *quick
    )
    rows = [line for line in result.stdout.splitlines() if re.match(r'\| \d+ %', line)]
    cells = [[cell.strip() for cell in row.strip('|').split('|')] for row in rows]
    assert [row[0] for row in cells] == ['0 %', '50 %', '80 %']
    parameters = [float(row[1].removesuffix(' M')) for row in cells]
    assert parameters[0] > parameters[1] > parameters[2]
    whole = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    assert abs(parameters[0] - whole) < 0.01
    for size, row in zip(parameters, cells, strict=True):
        assert abs(float(row[2].removesuffix(' %')) - 100 * (size / parameters[0] - 1)) < 1


def test_scales_of_another_network_are_refused(tmp_path):
    torch.save({'state_dict': {}}, tmp_path / 'scales.pth')
    result = call_tool(TOOL, CONFIG, '--scales', tmp_path / 'scales.pth', check=False)
    assert 'no scales for' in result.stderr and 'Traceback' not in result.stderr
