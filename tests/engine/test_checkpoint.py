"""Checkpoint files that are complete, readable and harmless."""

import os
import pickle
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.fileio import get_file_backend
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader

from mmfer.engine.checkpoint import last_checkpoint, load_from_disk, write_checkpoint


def test_an_interrupted_write_keeps_the_old_content(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / 'file'
    path.write_bytes(b'old')
    seen = []

    def killed(source: Path, target: Path) -> None:
        seen.append((source.read_bytes(), target.read_bytes()))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, 'replace', killed)
    with pytest.raises(KeyboardInterrupt):
        get_file_backend(backend_args={'backend': 'atomic'}).put(b'new', str(path))
    assert seen == [(b'new', b'old')]
    assert path.read_bytes() == b'old'


def test_logs_and_numpy_types_of_a_checkpoint_are_loaded(tmp_path: Path) -> None:
    history = HistoryBuffer()
    history.update(1.5)
    content = {
        'message_hub': {'log_scalars': {'loss': history}},
        'best': [np.float64(0.5), np.float32(2), np.int64(3)],
        'state_dict': {'weight': torch.ones(2)},
    }
    torch.save(content, tmp_path / 'epoch_1.pth')
    # As mmengine's runners and inferencers read it.
    loaded = CheckpointLoader.load_checkpoint(str(tmp_path / 'epoch_1.pth'), map_location='cpu')
    loss = loaded['message_hub']['log_scalars']['loss']
    loss.update(2.5)
    assert loss.mean() == 2.0
    assert loss.statistics('current') == 2.5
    assert loaded['best'] == [0.5, 2, 3]


class Malicious:
    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> tuple:
        return self.call[0], self.call[1:]


@pytest.mark.parametrize(
    'content',
    [
        Malicious(os.system, 'echo run > ran'),
        Malicious(getattr, Path, 'home'),
        Malicious(getattr, HistoryBuffer, '__init__'),
    ],
    ids=['system', 'getattr of another class', 'getattr of a private method'],
)
def test_a_checkpoint_runs_no_code(content: object, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({'state_dict': content}, 'evil.pth')
    with pytest.raises(ValueError, match=r'evil\.pth'):
        load_from_disk('evil.pth')
    assert not Path('ran').exists()


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    torch.save({'weight': torch.rand(10_000)}, tmp_path / 'whole.pth')
    whole = (tmp_path / 'whole.pth').read_bytes()
    for size in (len(whole) - 100, len(whole) // 2, 10, 0):
        (tmp_path / 'cut.pth').write_bytes(whole[:size])
        with pytest.raises(ValueError, match=rf'cut\.pth.*cannot be read.*{size} bytes'):
            load_from_disk(str(tmp_path / 'cut.pth'))


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / 'text.pth').write_text('epoch: 1')
    with pytest.raises(ValueError, match=r'text\.pth'):
        load_from_disk(str(tmp_path / 'text.pth'))
    (tmp_path / 'plain.pth').write_bytes(pickle.dumps(Path('x')))
    with pytest.raises(ValueError, match=r'plain\.pth'):
        load_from_disk(str(tmp_path / 'plain.pth'))


@pytest.mark.parametrize('name', ['a' * 5000, f'epoch_{"9" * 5000}.pth', 'a\0b'])
def test_a_recorded_name_that_no_file_can_have_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / 'last_checkpoint').write_text(name)
    with pytest.raises(
        FileNotFoundError, match='last_checkpoint names ".*does not exist'
    ) as failed:
        last_checkpoint(tmp_path)
    assert len(str(failed.value)) < 500


def test_last_checkpoint(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/before/epoch_3.pth')
    with pytest.raises(FileNotFoundError, match='names "/elsewhere/before/epoch_3.pth"'):
        last_checkpoint(tmp_path)
    torch.save({'meta': {'epoch': 3}}, tmp_path / 'epoch_3.pth')
    assert last_checkpoint(tmp_path) == tmp_path / 'epoch_3.pth'


def write_epochs(folder: Path, *epochs: int) -> None:
    for epoch in epochs:
        content = BytesIO()
        torch.save({'meta': {'epoch': epoch}}, content)
        write_checkpoint(folder / f'epoch_{epoch}.pth', content.getvalue())
    (folder / 'last_checkpoint').write_text(str(folder / f'epoch_{epochs[-1]}.pth'))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_the_last_complete_checkpoint_is_found(tmp_path: Path, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        'mmfer.engine.checkpoint.print_log', lambda message, logger: said.append(message)
    )
    write_epochs(tmp_path, 2, 9, 11, 10)  # 11 is of an earlier, longer run
    (tmp_path / 'best_accuracy_epoch_9.pth').touch()
    assert last_checkpoint(tmp_path) == tmp_path / 'epoch_10.pth'
    assert said == []
    flip(tmp_path / 'epoch_10.pth')
    assert last_checkpoint(tmp_path) == tmp_path / 'epoch_9.pth'
    assert 'damaged' in said[0] and 'epoch_10.pth' in said[0]
    assert 'Resuming from the older' in said[1] and 'epoch_9.pth' in said[1]
    (tmp_path / 'epoch_10.pth').unlink()
    flip(tmp_path / 'epoch_9.pth')
    assert last_checkpoint(tmp_path) == tmp_path / 'epoch_2.pth'
    flip(tmp_path / 'epoch_2.pth')
    with pytest.raises(ValueError, match=r'epoch_2\.pth.*damaged'):
        last_checkpoint(tmp_path)
    (tmp_path / 'last_checkpoint').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(FileNotFoundError, match='last_checkpoint names'):
        last_checkpoint(tmp_path)


def test_the_hash_is_removed_with_its_checkpoint(tmp_path: Path) -> None:
    write_epochs(tmp_path, 1)
    assert (tmp_path / 'epoch_1.pth.sha256').is_file()
    backend = get_file_backend(backend_args={'backend': 'atomic'})
    backend.remove(str(tmp_path / 'epoch_1.pth'))
    assert [path.name for path in tmp_path.iterdir()] == ['last_checkpoint']


def test_a_checkpoint_killed_before_its_hash_is_loaded(tmp_path: Path, monkeypatch) -> None:
    write_epochs(tmp_path, 1)
    replaced = []

    def killed(source: Path, target: Path) -> None:
        replaced.append(Path(target).name)
        if target.suffix == '.sha256':
            raise KeyboardInterrupt
        Path(source).rename(target)

    monkeypatch.setattr(os, 'replace', killed)
    content = BytesIO()
    torch.save({'meta': {'epoch': 1, 'best': 0.5}}, content)
    with pytest.raises(KeyboardInterrupt):
        write_checkpoint(tmp_path / 'epoch_1.pth', content.getvalue())
    assert replaced == ['epoch_1.pth', 'epoch_1.pth.sha256']
    assert load_from_disk(str(tmp_path / 'epoch_1.pth'))['meta']['best'] == 0.5


@pytest.mark.parametrize('content', [[1, 2], torch.zeros(3), 5, None])
def test_a_file_without_named_weights_is_refused(content: object, tmp_path: Path) -> None:
    torch.save(content, tmp_path / 'a.pth')
    with pytest.raises(ValueError, match=r'a\.pth" holds no named weights'):
        load_from_disk(str(tmp_path / 'a.pth'))


def test_a_copied_work_dir_resumes_from_its_own_checkpoint(tmp_path: Path) -> None:
    for folder in ('original', 'copy'):
        file = BytesIO()
        torch.save({'state_dict': {'weight': torch.zeros(2)}}, file)
        (tmp_path / folder).mkdir()
        write_checkpoint(tmp_path / folder / 'epoch_3.pth', file.getvalue())
        note = tmp_path / folder / 'last_checkpoint'
        note.write_text(str(tmp_path / 'original' / 'epoch_3.pth'))
    assert last_checkpoint(tmp_path / 'copy') == tmp_path / 'copy' / 'epoch_3.pth'
    (tmp_path / 'copy' / 'epoch_3.pth').unlink()
    assert last_checkpoint(tmp_path / 'copy') == tmp_path / 'original' / 'epoch_3.pth'
