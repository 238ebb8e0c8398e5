"""Configs and tools that come with mmfer, in a checkout and in an installed package."""

from pathlib import Path


def resources() -> Path:
    """The folder with ``configs`` and ``tools``.

    An installed package has the folder ``.mim`` inside, where the tools of OpenMMLab look for it. A
    checkout has both at its top.

    Raises:
        FileNotFoundError: If the package was installed without them.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / '.mim', package.parent):
        if (folder / 'configs' / '_base_' / 'default_runtime.py').is_file():
            return folder
    raise FileNotFoundError(
        f'The configs and tools of mmfer are not beside its package "{package}". Install mmfer '
        'again from its wheel or its checkout.'
    )


SHIPPED = 'mmfer::'
"""How the path of a shipped config begins in ``_base_``: ``mmfer::_base_/default_runtime.py``."""


def shipped_base(name: str) -> Path:
    """The file of ``mmfer::PATH``, where the path is relative to the shipped ``configs/``.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    path = resources() / 'configs' / name.removeprefix(SHIPPED)
    if not path.is_file():
        raise FileNotFoundError(
            f'No config at "{name}": mmfer has no file "configs/{name.removeprefix(SHIPPED)}". '
            '`mmfer list configs` shows those that come with it.'
        )
    return path


def list_configs() -> list[str]:
    """The shipped configs relative to ``configs/``, such as ``rald/rald_r18_fgemotions.py``."""
    configs = resources() / 'configs'
    paths = sorted(path.relative_to(configs) for path in configs.rglob('*.py'))
    return [path.as_posix() for path in paths if '_base_' not in path.parts]


def find_config(name: str | Path) -> Path:
    """The file of a config.

    Args:
        name: A path; or a shipped config, as ``configs/rald/rald_r18_fgemotions.py``, without
            ``configs/``, after ``mmfer::``, or by the name of its file alone:
            ``rald_r18_fgemotions``.

    Raises:
        FileNotFoundError: If there is no such file, or several shipped configs have the name.

    Example:
        >>> find_config('rald_r18_fgemotions').name
        'rald_r18_fgemotions.py'
    """
    path = Path(name)
    if path.is_file():
        return path
    if str(name).startswith(SHIPPED):
        return shipped_base(str(name))
    asked = path.with_suffix('.py').as_posix().removeprefix('configs/')
    shipped = list_configs() if path.suffix in ('', '.py') else []
    found = [one for one in shipped if one == asked]
    found = found or [one for one in shipped if one.rpartition('/')[2] == asked]
    if len(found) == 1:
        return resources() / 'configs' / found[0]
    hint = (
        f'Several shipped configs have this name: {", ".join(found)}.'
        if found
        else ('`mmfer list configs` shows those that come with mmfer.')
    )
    raise FileNotFoundError(f'No config at "{name}". {hint}')
