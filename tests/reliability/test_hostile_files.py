"""No reader of any file executes what the file holds."""

import io
import json
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.pretrained import read_weights
from tests.checkpoint_server import Malicious, hostile_checkpoint, serve
from tests.reliability.run_mutations import Target, judge
from tests.reliability.targets import TARGETS

NAMES = ('pickle', 'zip', 'legacy', 'tar', 'npy', 'npz', 'python', 'yaml', 'json')


def payload(name: str, marker: Path) -> bytes:
    """A file that creates ``marker`` if it is executed in the way of its format."""
    file = io.BytesIO()
    if name == 'pickle':
        return pickle.dumps({'state_dict': Malicious(marker)})
    if name in ('zip', 'legacy'):
        return hostile_checkpoint(marker.with_suffix('.pth'), marker, legacy=name == 'legacy')
    if name == 'tar':
        inner = pickle.dumps(Malicious(marker))
        with tarfile.open(fileobj=file, mode='w') as archive:
            for member in ('storages', 'tensors', 'pickle', 'sys_info'):
                entry = tarfile.TarInfo(member)
                entry.size = len(inner)
                archive.addfile(entry, io.BytesIO(inner))
    elif name == 'npy':
        np.save(file, np.array([Malicious(marker)], dtype=object))
    elif name == 'npz':
        np.savez(file, weight=np.array([Malicious(marker)], dtype=object))
    else:
        call = f'touch "{marker}"'
        texts = {
            'python': f'__import__("os").system({call!r})\n',
            'yaml': f'!!python/object/apply:os.system [{call!r}]\n',
            'json': json.dumps({'py/reduce': [{'py/function': 'os.system'}, [call]]}),
        }
        return texts[name].encode()
    return file.getvalue()


def test_the_payload_is_dangerous(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Malicious(tmp_path / 'ran')))
    assert (tmp_path / 'ran').exists()


@pytest.mark.parametrize('target', TARGETS, ids=[target.name for target in TARGETS])
def test_readers_execute_nothing(target: Target, tmp_path: Path) -> None:
    root, marker = tmp_path / 'root', tmp_path / 'ran'
    root.mkdir()
    target.write(root)
    files = sorted({path for pattern in target.files for path in root.glob(pattern)})
    # Readers differ by the kind of a file, of which one is enough.
    chosen = {path.name.partition('_')[2] or path.suffix: path for path in files}.values()
    for path in chosen:
        intact = path.read_bytes()
        for name in NAMES:
            path.write_bytes(payload(name, marker))
            state, description = judge(target.read, root)
            assert state != 'fault', f'{path.name}, {name}: {description}'
            assert not marker.exists(), f'{path.name}, {name}'
        path.write_bytes(intact)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('scheme', ['path', 'file', 'http'])
@pytest.mark.parametrize('load', [load_from_disk, read_weights])
def test_loaders_of_weights_execute_nothing(
    load: object, scheme: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    path, marker = tmp_path / 'x.pth', tmp_path / 'ran'
    content = payload(name, marker)
    path.write_bytes(content)
    with serve({'/x.pth': content}) as (server, asked):
        address = {'path': path, 'file': path.as_uri(), 'http': f'{server}/x.pth'}[scheme]
        with pytest.raises(ValueError, match=r'x\.pth'):
            load(str(address))  # type: ignore[operator]
    assert asked == ['/x.pth'] * (scheme == 'http')
    assert not marker.exists()
