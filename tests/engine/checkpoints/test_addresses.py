"""Every scheme of a checkpoint address uses the safe loader, or is refused."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine

from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.checkpoints.addresses import ZOOS, local_checkpoint
from mmfer.shipped_models import shipped_checkpoint
from tests.checkpoint_server import hostile_checkpoint, serve


def test_all_schemes_of_mmengine_are_replaced() -> None:
    assert {'', 'http://', 'https://', 'pavi://', 'mmcls://'} <= CheckpointLoader._schemes.keys()
    assert set(CheckpointLoader._schemes.values()) == {load_from_disk}
    # And cannot be taken over by accident.
    for scheme in CheckpointLoader._schemes:
        with pytest.raises(KeyError, match='force=True'):
            CheckpointLoader.register_scheme(scheme, print)


@pytest.mark.parametrize(
    'address',
    [
        's3://bucket/x.pth',
        'open-mmlab:s3://bucket/x.pth',
        'petrel://bucket/x.pth',
        'cluster:petrel://bucket/x.pth',
        'pavi://model',
        'ftp://host/x.pth',
        'FILE:///etc/hostname',
        'hf://owner/model',
    ],
)
def test_other_schemes_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r'cannot be read from .*Download the file'):
        CheckpointLoader.load_checkpoint(address)


def test_shipped_models_are_known_by_name(tmp_path: Path, monkeypatch) -> None:
    named = CheckpointLoader.load_checkpoint('resnet18_renderings', map_location='cpu')
    shipped = load_from_disk(str(shipped_checkpoint('resnet18_renderings')), map_location='cpu')
    assert named['meta'] == shipped['meta']
    assert all(map(torch.equal, named['state_dict'].values(), shipped['state_dict'].values()))
    # A file of the user comes first.
    monkeypatch.chdir(tmp_path)
    torch.save({'own': torch.ones(1)}, 'resnet18_renderings')
    assert list(load_from_disk('resnet18_renderings')) == ['own']


@pytest.mark.parametrize('zoo', sorted(ZOOS))
def test_names_of_a_model_zoo_are_resolved(zoo: str, tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(ValueError, match=f'knows no address for the checkpoint "{zoo}://none"'):
        local_checkpoint(f'{zoo}://none')
    known = ZOOS[zoo]()
    for name in [name for name, address in known.items() if not address][:1]:
        with pytest.raises(ValueError, match='knows no address for'):
            local_checkpoint(f'{zoo}://{name}')
    # The name resolves to an address, whose sender is as little trusted as any other.
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    marker = tmp_path / 'ran'
    with serve({'/x.pth': hostile_checkpoint(tmp_path / 'x.pth', marker)}) as (server, asked):
        monkeypatch.setitem(ZOOS, zoo, lambda: {'net': f'{server}/x.pth'})
        with pytest.raises(ValueError, match='run code'):
            CheckpointLoader.load_checkpoint(f'{zoo}://net')
    assert asked == ['/x.pth']
    assert not marker.exists()


def test_zoo_has_the_usual_names() -> None:
    assert ZOOS['torchvision']()['resnet18'].startswith('https://download.pytorch.org/')


@pytest.mark.parametrize('legacy', [False, True])
def test_a_hostile_checkpoint_of_a_server_runs_no_code(
    legacy: bool, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    marker = tmp_path / 'ran'
    content = hostile_checkpoint(tmp_path / 'x.pth', marker, legacy)
    with serve({'/x.pth': content}) as (server, _):
        for address in (f'{server}/x.pth', f'{server}/x.pth'.replace('http', 'HTTP')):
            with pytest.raises(ValueError, match=r'run code .*as a state dict'):
                CheckpointLoader.load_checkpoint(address)
        # mmengine's own functions, called past its registry.
        with pytest.raises(Exception, match='[Ww]eights'):
            mmengine.load_from_http(f'{server}/x.pth')
    assert not marker.exists()


def test_the_hostile_checkpoint_is_dangerous_without_mmfer(tmp_path: Path, monkeypatch) -> None:
    """The loader of mmengine, in a process without mmfer, runs the code in the checkpoint."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    monkeypatch.delenv('TORCH_FORCE_WEIGHTS_ONLY_LOAD')
    marker = tmp_path / 'ran'
    code = 'import sys; from mmengine.runner.checkpoint import load_from_http as load; '
    with serve({'/x.pth': hostile_checkpoint(tmp_path / 'x.pth', marker)}) as (server, _):
        run = [sys.executable, '-c', code + 'load(sys.argv[1])', f'{server}/x.pth']
        subprocess.run(run, capture_output=True, timeout=300)
    assert marker.exists()
