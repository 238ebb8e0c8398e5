"""Checkpoints with bits that changed after writing."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from mmfer.engine.checkpoint import load_from_disk, write_checkpoint
from mmfer.engine.checkpoints.integrity import check_integrity, hash_in_name, side_file


def small_checkpoint(path: Path, legacy: bool = False) -> dict:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    content = {'meta': {'epoch': 1, 'name': 'small'}, 'state_dict': dict(model.state_dict())}
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return content


def same(a: dict, b: dict) -> bool:
    weights = a['state_dict'].keys() == b['state_dict'].keys() and all(
        torch.equal(a['state_dict'][name], b['state_dict'][name]) for name in a['state_dict']
    )
    return weights and a['meta'] == b['meta']


@pytest.mark.parametrize('keep_hash', [False, True])
def test_flipped_bits_are_refused_or_harmless(keep_hash: bool, tmp_path: Path) -> None:
    path = tmp_path / 'epoch_1.pth'
    content = small_checkpoint(path)
    whole = path.read_bytes()
    write_checkpoint(path, whole)
    if not keep_hash:
        side_file(path).unlink()
    rng = np.random.default_rng(0)
    refused = 0
    for bit in rng.choice(8 * len(whole), 600, replace=False):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(damaged)
        try:
            loaded = load_from_disk(str(path), map_location='cpu')
        except ValueError as error:
            assert 'epoch_1.pth' in str(error)
            refused += 1
        else:
            assert not keep_hash, f'bit {bit} went unnoticed'
            assert same(loaded, content), f'bit {bit} changed the content'
    # Without the hash, padding and time stamps may change: they are no content.
    assert refused == 600 if keep_hash else refused > 100


def test_the_hash_file_of_a_checkpoint_is_checked(tmp_path: Path) -> None:
    path = tmp_path / 'epoch_1.pth'
    small_checkpoint(path, legacy=True)  # a format without checksums
    write_checkpoint(path, path.read_bytes())
    checked = subprocess.run(['sha256sum', '-c', 'epoch_1.pth.sha256'], cwd=tmp_path)
    assert checked.returncode == 0
    check_integrity(path)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ValueError, match=r'damaged.*changed on purpose, remove epoch_1\.pth\.sha2'):
        load_from_disk(str(path))
    side_file(path).write_text('no hash')
    with pytest.raises(ValueError, match=r'does not start with a SHA-256'):
        load_from_disk(str(path))


def test_a_hash_in_the_name_is_checked(tmp_path: Path) -> None:
    assert hash_in_name('resnet18-f37072fd.pth') == 'f37072fd'
    assert hash_in_name('resnet18_8xb32_in1k_20210831-fbbb1da6.pth') == 'fbbb1da6'
    for name in ('resnet18.pth', 'mine-20240131.pth', 'net-abc.pth', 'epoch_12345678.pth'):
        assert hash_in_name(name) is None
    content = small_checkpoint(tmp_path / 'old.pth', legacy=True)
    digest = hashlib.sha256((tmp_path / 'old.pth').read_bytes()).hexdigest()
    right = (tmp_path / 'old.pth').rename(tmp_path / f'old-{digest[:8]}.pth')
    assert same(load_from_disk(str(right)), content)
    wrong = right.rename(tmp_path / 'old-deadbeef.pth')
    with pytest.raises(ValueError, match=rf'starts with {digest[:8]}, but its name says deadbeef'):
        load_from_disk(str(wrong))


def test_an_unrelated_hash_in_the_name_of_a_complete_archive_is_accepted(
    tmp_path: Path, monkeypatch
) -> None:
    """The hash of mmengine's ``published_keys`` is not the hash of the file."""
    content = small_checkpoint(tmp_path / 'epoch_1-deadbeef.pth')
    said = []
    monkeypatch.setattr(
        'mmfer.engine.checkpoints.integrity.print_log', lambda message, logger: said.append(message)
    )
    assert same(load_from_disk(str(tmp_path / 'epoch_1-deadbeef.pth')), content)
    assert len(said) == 1 and 'The internal checksums of the file are right' in said[0]


def test_a_compressed_archive_is_refused(tmp_path: Path) -> None:
    small_checkpoint(tmp_path / 'plain.pth')
    with (
        zipfile.ZipFile(tmp_path / 'plain.pth') as plain,
        zipfile.ZipFile(tmp_path / 'bomb.pth', 'w', zipfile.ZIP_DEFLATED) as bomb,
    ):
        for entry in plain.infolist():
            bomb.writestr(entry.filename, plain.read(entry))
        bomb.writestr('archive/data/99', bytes(10**8))
    assert (tmp_path / 'bomb.pth').stat().st_size < 200_000
    with pytest.raises(ValueError, match='compressed archive'):
        load_from_disk(str(tmp_path / 'bomb.pth'))
