"""Finds the file of a checkpoint from a path, an address or the name of a model."""

import re
from collections.abc import Callable
from pathlib import Path

from mmengine.runner import checkpoint as mmengine

from mmfer.engine.checkpoints.download import download
from mmfer.shipped_models import named_checkpoint

SCHEME = re.compile(r'([a-z][\w+.:-]*)://', re.IGNORECASE)
ZOOS: dict[str, Callable[[], dict[str, str | None]]] = {
    'torchvision': mmengine.get_torchvision_models,
    'modelzoo': mmengine.get_torchvision_models,
    'open-mmlab': mmengine.get_external_models,
    'openmmlab': mmengine.get_external_models,
    'mmcls': mmengine.get_mmcls_models,
}
"""mmengine's tables from names to addresses, by scheme; some old names have the address None."""


def is_address(name: str | Path) -> bool:
    """Whether a checkpoint is given by an address or a name, not by a path."""
    return SCHEME.match(str(name)) is not None


def local_checkpoint(name: str | Path) -> Path:
    """The file of a checkpoint, given by path, address or name of a model.

    Args:
        name: A path, the name of a shipped model, such as ``resnet18_renderings``, an
            ``http(s)://`` address, which is downloaded, or a name in a model zoo of mmengine, such
            as ``torchvision://resnet18`` or ``openmmlab://resnet50_gn``.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the scheme or the name is unknown, or the download failed.
    """
    scheme = SCHEME.match(str(name))
    if scheme is None:
        path = named_checkpoint(name).expanduser()
        if not path.is_file():
            raise FileNotFoundError(
                f'No checkpoint at "{name}". Give the path or the http(s):// address of a .pth '
                'file, or the name of a shipped model (see `mmfer list models`).'
            )
        return path
    kind, rest = scheme[1].lower(), str(name)[scheme.end() :]
    if kind in ('http', 'https'):
        return download(str(name))
    if kind not in ZOOS:
        raise ValueError(
            f'Checkpoints cannot be read from {kind}:// ("{name}"). Download the file and give its '
            'path, or give an http(s):// address, or a name of '
            f'{", ".join(f"{zoo}://" for zoo in ZOOS)}.'
        )
    known = ZOOS[kind]()
    renamed = mmengine.get_deprecated_model_names() if 'mmlab' in kind else {}
    address = known.get(renamed.get(rest, rest)) or ''
    if not address.startswith(('http://', 'https://')):
        raise ValueError(
            f'mmengine knows no address for the checkpoint "{name}". Known names are '
            f'{", ".join(sorted(known)[:5])}, ... Give the http(s):// address or a path.'
        )
    return download(address)
