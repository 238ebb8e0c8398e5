"""Checks that a checkpoint file is unchanged."""

import hashlib
import re
import zipfile
from pathlib import Path

from mmengine.logging import print_log

SIDE_SUFFIX = '.sha256'
HASH_IN_NAME = re.compile(r'-(?!(?:19|20)\d{6}\.)(?P<hash>[0-9a-f]{8,64})\.\w+$')
"""The start of a SHA-256 in the name of a published file; a date of eight digits does not match."""


def side_file(path: Path) -> Path:
    """The file of the SHA-256 of a checkpoint: ``epoch_1.pth.sha256`` next to ``epoch_1.pth``."""
    return path.with_name(path.name + SIDE_SUFFIX)


def side_line(content: bytes, path: Path) -> str:
    """A line in the format of ``sha256sum``, for ``sha256sum -c``."""
    return f'{hashlib.sha256(content).hexdigest()}  {path.name}\n'


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal digits."""
    with path.open('rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def hash_in_name(name: str) -> str | None:
    """The hash in the name of a file, such as ``resnet18-f37072fd.pth``, or None."""
    match = HASH_IN_NAME.search(name)
    return match and match['hash']


def check_integrity(path: Path) -> None:
    """Compare a checkpoint with its SHA-256 file, its internal checksums and its name.

    The checksums (CRC-32) belong to the ZIP archive that PyTorch writes since version 1.6; they are
    skipped if the SHA-256 was compared. If the checksums are right, a hash in the name that does
    not match is only logged, because mmengine's ``published_keys`` uses another hash in names.

    Raises:
        ValueError: If the file was changed, or is a compressed archive, which PyTorch never writes.
    """
    recorded = _recorded(path)
    digest = sha256_of(path) if recorded or hash_in_name(path.name) else ''
    if recorded and recorded != digest:
        raise ValueError(
            f'The checkpoint "{path}" is damaged: its SHA-256 differs from the one in '
            f'{side_file(path).name}. Use another checkpoint or copy the file again; if it was '
            f'changed on purpose, remove {side_file(path).name}.'
        )
    is_archive = _check_archive(path, checksums=not recorded)
    named = hash_in_name(path.name)
    if named is None or digest.startswith(named):
        return
    if not is_archive:
        raise ValueError(
            f'The checkpoint "{path}" is damaged: its SHA-256 starts with {digest[:8]}, but its '
            f'name says {named[:8]}. Download the file again; if it was changed on purpose, rename '
            'it.'
        )
    print_log(
        f'The hash in the name of "{path}" does not match the content, whose SHA-256 starts with '
        f'{digest[:8]}. The internal checksums of the file are right.',
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
            f'"{side}" does not start with a SHA-256, so the checkpoint cannot be checked. Remove '
            'this file if the checkpoint is known to be good.'
        )
    return digest


def _check_archive(path: Path, checksums: bool) -> bool:
    """Check an archive; return False for a file that is no archive, as from older PyTorch."""
    try:
        if not zipfile.is_zipfile(path):  # this call may fail, too
            return False
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
            size = sum(entry.file_size for entry in entries)
            damaged = None if packed or not checksums else archive.testzip()
    except Exception as error:  # reading a damaged file may raise any error
        raise ValueError(
            f'The checkpoint "{path}" cannot be read: the file is damaged ({error}). Use another '
            'checkpoint or copy the file again.'
        ) from error
    if packed or size > path.stat().st_size:
        raise ValueError(
            f'The checkpoint "{path}" is a compressed archive, which PyTorch never writes; its '
            'content could fill the memory. Save the weights again with torch.save.'
        )
    if damaged is not None:
        raise ValueError(
            f'The checkpoint "{path}" is damaged: the part "{damaged}" does not match its '
            'checksum. Use another checkpoint or copy the file again.'
        )
    return True
