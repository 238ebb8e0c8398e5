"""Whether a checkpoint file is still as it was written."""

import hashlib
import re
import zipfile
from pathlib import Path

from mmengine.logging import print_log

SIDE_SUFFIX = '.sha256'
HASH_IN_NAME = re.compile(r'-(?!(?:19|20)\d{6}\.)(?P<hash>[0-9a-f]{8,64})\.\w+$')
"""The start of a SHA-256 in a published file's name; eight digits that read as a date are none."""


def side_file(path: Path) -> Path:
    """Where the SHA-256 of a checkpoint is kept: ``epoch_1.pth.sha256`` beside ``epoch_1.pth``."""
    return path.with_name(path.name + SIDE_SUFFIX)


def side_line(content: bytes, path: Path) -> str:
    """The line that ``sha256sum`` writes, so that ``sha256sum -c`` checks it."""
    return f'{hashlib.sha256(content).hexdigest()}  {path.name}\n'


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def hash_in_name(name: str) -> str | None:
    """The hash that a file's name carries, as in ``resnet18-f37072fd.pth``; None if none."""
    match = HASH_IN_NAME.search(name)
    return match and match['hash']


def check_integrity(path: Path) -> None:
    """Compare a checkpoint with the SHA-256 beside it, its own checksums and its name.

    The checksums (CRC-32) are those of the ZIP archive that PyTorch writes since version 1.6. They
    are not read again where the SHA-256 was. A name that does not fit is logged where the checksums
    do: mmengine's ``published_keys`` names files by another hash.

    Raises:
        ValueError: The file is not what was written, or is packed, which PyTorch's never are.
    """
    recorded = _recorded(path)
    digest = sha256_of(path) if recorded or hash_in_name(path.name) else ''
    if recorded and recorded != digest:
        raise ValueError(
            f'The checkpoint "{path}" is damaged: its SHA-256 is not the one in '
            f'{side_file(path).name}. Take another checkpoint or copy it again; if it was changed '
            f'on purpose, remove {side_file(path).name}.'
        )
    is_archive = _check_archive(path, checksums=not recorded)
    named = hash_in_name(path.name)
    if named is None or digest.startswith(named):
        return
    if not is_archive:
        raise ValueError(
            f'The checkpoint "{path}" is damaged: its SHA-256 starts with {digest[:8]}, not with '
            f'{named[:8]} as its name says. Download it again; if it was changed on purpose, '
            'rename it.'
        )
    print_log(
        f'The name of "{path}" is not that of its content: its SHA-256 starts with {digest[:8]}. '
        'Its own checksums are right.',
        logger='current',
    )


def _recorded(path: Path) -> str | None:
    side = side_file(path)
    if not side.is_file():
        return None
    with side.open('rb') as file:
        digest = file.read(64).decode('ascii', 'replace').lower()
    if not re.fullmatch('[0-9a-f]{64}', digest):
        raise ValueError(
            f'"{side}" does not start with a SHA-256, so that its checkpoint cannot be checked. '
            'Remove it if the checkpoint is known to be good.'
        )
    return digest


def _check_archive(path: Path, checksums: bool) -> bool:
    """Whether a file is an archive, which then is whole; older PyTorch's files are none."""
    try:
        if not zipfile.is_zipfile(path):  # which may fail, too
            return False
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
            size = sum(entry.file_size for entry in entries)
            damaged = None if packed or not checksums else archive.testzip()
    except Exception as error:  # what is damaged may fail anywhere
        raise ValueError(
            f'The checkpoint "{path}" can not be read: it is damaged ({error}). Take another '
            'checkpoint or copy it again.'
        ) from error
    if packed or size > path.stat().st_size:
        raise ValueError(
            f'The checkpoint "{path}" is a packed archive, which PyTorch never writes: unpacked, '
            'it could fill the memory. Save its weights again by torch.save.'
        )
    if damaged is not None:
        raise ValueError(
            f'The checkpoint "{path}" is damaged: the part "{damaged}" does not fit its checksum. '
            'Take another checkpoint or copy it again.'
        )
    return True
