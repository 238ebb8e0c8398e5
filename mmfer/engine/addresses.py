"""The file behind a checkpoint's path, address or name in a model zoo."""

import re
from collections.abc import Callable
from pathlib import Path

from mmengine.runner import checkpoint as mmengine

from mmfer.engine.download import download

SCHEME = re.compile(r'([a-z][\w+.:-]*)://', re.IGNORECASE)
ZOOS: dict[str, Callable[[], dict[str, str | None]]] = {
    'torchvision': mmengine.get_torchvision_models,
    'modelzoo': mmengine.get_torchvision_models,
    'open-mmlab': mmengine.get_external_models,
    'openmmlab': mmengine.get_external_models,
    'mmcls': mmengine.get_mmcls_models,
}
"""mmengine's tables of names and addresses, by scheme; those of some old names are None."""


def is_address(name: str | Path) -> bool:
    """Whether a checkpoint is given by other than its path."""
    return SCHEME.match(str(name)) is not None


def local_checkpoint(name: str | Path) -> Path:
    """The file of a checkpoint that is given by path, address or name in a model zoo.

    Args:
        name: A path, an ``http(s)://`` address, which is downloaded, or a name that mmengine knows
            the address of, such as ``torchvision://resnet18`` or ``openmmlab://resnet50_gn``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The scheme is none of these, the name unknown or the download failed.
    """
    scheme = SCHEME.match(str(name))
    if scheme is None:
        path = Path(name).expanduser()
        if not path.is_file():
            raise FileNotFoundError(
                f'No checkpoint at "{name}". Give a .pth file, or the http(s):// address of one.'
            )
        return path
    kind, rest = scheme[1].lower(), str(name)[scheme.end() :]
    if kind in ('http', 'https'):
        return download(str(name))
    if kind not in ZOOS:
        raise ValueError(
            f'Checkpoints are not read from {kind}:// ("{name}"). Download the file and give its '
            f'path, an http(s):// address, or a name of {", ".join(f"{zoo}://" for zoo in ZOOS)}.'
        )
    known = ZOOS[kind]()
    renamed = mmengine.get_deprecated_model_names() if 'mmlab' in kind else {}
    address = known.get(renamed.get(rest, rest)) or ''
    if not address.startswith(('http://', 'https://')):
        raise ValueError(
            f'"{name}" is no checkpoint that mmengine knows the address of. Known are '
            f'{", ".join(sorted(known)[:5])}, ... Give the http(s):// address or a path.'
        )
    return download(address)
