"""A hostile checkpoint at an address, in tools as real processes."""

from pathlib import Path

import pytest

from tests.checkpoint_server import hostile_checkpoint, serve
from tests.helpers import run_tool, write_config

PRETRAINED = "\nmodel['backbone']['init_cfg'] = dict(type='Pretrained', checkpoint='{url}')\n"


@pytest.mark.parametrize('entry', ['load_from', 'init_cfg', 'resume', 'test', 'export'])
def test_a_hostile_checkpoint_runs_no_code(
    entry: str, image_folder: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    marker = tmp_path / 'ran'
    content = hostile_checkpoint(tmp_path / 'x.pth', marker)
    with serve({'/x.pth': content}) as (server, asked):
        url = f'{server}/x.pth'
        extra = PRETRAINED.format(url=url) if entry == 'init_cfg' else ''
        config = write_config(tmp_path / 'tiny.py', image_folder, extra)
        work = ('--work-dir', tmp_path / 'work')
        call = {
            'load_from': ('train.py', config, *work, '--cfg-options', f'load_from={url}'),
            'init_cfg': ('train.py', config, *work),
            'resume': ('train.py', config, *work, '--resume', url),
            'test': ('test.py', config, url, *work),
            'export': ('export_onnx.py', config, url, '--out', tmp_path / 'x.onnx'),
        }[entry]
        result = run_tool(*call, check=False)
    assert asked == ['/x.pth']
    assert not marker.exists()
    assert result.returncode != 0
    assert 'Traceback' not in result.stderr
    assert f'Error: The checkpoint "{url}"' in result.stderr
    assert 'would run code' in result.stderr
