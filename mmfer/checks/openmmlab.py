"""PyTorch, OpenMMLab's packages and OpenCV: what is missing, and the line that installs it.

Each of these packages exists in several builds that write the same folder, so a second build breaks
the first; and a torchvision chosen by pip may replace an installed PyTorch. pip cannot require "one
of these builds". So mmfer requires none of them. The extras ``openmmlab`` and ``onedl`` install
PyTorch and OpenMMLab's packages, and this module gives the line that suits what is installed
already. Predictions by exported files, such as that of the default model, need neither.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

BUILDS = {
    'mmengine': ('mmengine', 'onedl-mmengine', 'mmengine-lite'),
    'mmcv': ('mmcv-lite', 'mmcv', 'onedl-mmcv'),
    'mmpretrain': ('mmpretrain', 'onedl-mmpretrain'),
}
"""The packages that hold each module of OpenMMLab; the first is that of the extra ``openmmlab``."""
OPENCV = (
    'opencv-python',
    'opencv-python-headless',
    'opencv-contrib-python',
    'opencv-contrib-python-headless',
)
"""The packages that hold ``cv2``. mmfer works with each; a server needs a headless one."""

SMALL = ('onnx', 'onnxruntime', 'cv2')
"""The modules with which predictions do without PyTorch."""

OTHERS = ('torch', 'torchvision', 'torch_pruning')
"""The other modules that the extras bring, or that must fit PyTorch."""


def installed_version(package: str) -> str | None:
    """The version of a package, or None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def missing_modules() -> list[str]:
    """The modules that mmfer needs and that no installed package has."""
    return [name for name in (*BUILDS, *OTHERS, 'cv2') if find_spec(name) is None]


def without_pytorch() -> bool:
    """Whether predictions must do without PyTorch: it, or a package around it, is missing."""
    return any(name != 'cv2' for name in missing_modules())


def needs_pytorch(what: str) -> ValueError:
    """The error about what cannot be done without PyTorch."""
    return ValueError(
        f"{what} needs PyTorch and OpenMMLab's packages. {missing_message(missing_modules())}"
    )


def install_line(missing: list[str]) -> str:
    """The line that installs missing modules and replaces nothing.

    Installed forks get the other forks, installed originals the other originals, and an installed
    PyTorch keeps its version.

    Args:
        missing: Some of the modules, at least one, see :func:`missing_modules`.
    """
    wanted = []
    openmmlab = [name for name in missing if name in BUILDS]
    torch = installed_version('torch')
    if 'torchvision' in missing:  # brings a PyTorch that fits
        wanted += ['torchvision', f'"torch=={torch}"'] if torch else ['torchvision']
    elif 'torch' in missing:
        wanted.append('torch')
    if 'torch_pruning' in missing and len(openmmlab) < len(BUILDS):
        wanted.append('torch-pruning')
    if any(installed_version(f'onedl-{name}') for name in BUILDS if name not in openmmlab):
        wanted += [_extra('onedl')] if openmmlab else []
    elif len(openmmlab) == len(BUILDS):
        wanted.append(_extra('openmmlab'))
    else:
        wanted += [BUILDS[name][0] for name in openmmlab]
    if 'cv2' in missing and not {'mmengine', 'mmcv'} & set(openmmlab):  # these bring OpenCV along
        wanted.append('opencv-python-headless')
    return f'pip install {" ".join(wanted)}'


def _extra(name: str) -> str:
    """mmfer with an extra, as pip takes it: by its name if installed, or else the checkout."""
    checkout = Path(__file__).parents[2]
    known = installed_version('mmfer') or not (checkout / 'setup.py').is_file()
    return f'"mmfer[{name}]"' if known else f'-e "{checkout}[{name}]"'


def missing_message(missing: list[str]) -> str:
    """What is missing, and what to type."""
    all_builds = set(BUILDS) <= set(missing)
    choice = f' (or {_extra("onedl")} for the maintained forks)' if all_builds else ''
    return f'{_named(missing)} missing. Install with: {install_line(missing)}{choice}'


def small_message(missing: list[str]) -> str:
    """What predictions lack, and what to type; the line without PyTorch, which is small, first.

    Args:
        missing: All missing modules, at least one, see :func:`missing_modules`.
    """
    lacking = [name for name in SMALL if find_spec(name) is None]
    if missing == ['cv2'] or not lacking:
        return missing_message(missing)
    wanted = [] if lacking == ['cv2'] else [_extra('onnxruntime')]
    wanted += ['opencv-python-headless'] if 'cv2' in lacking else []
    return (
        f'{_named(lacking)} missing. For predictions, install with: pip install '
        f'{" ".join(wanted)}\nFor trainings, too: {missing_message(missing)}'
    )


def unloadable_opencv() -> str | None:
    """What to do if the installed OpenCV cannot be imported; None if it can."""
    try:
        import_module('cv2')
    except ImportError as error:  # a library of the system is missing, such as libGL
        found = [name for name in OPENCV if installed_version(name)]
        headless = next((name for name in found if 'contrib' in name), OPENCV[0])
        headless = f'{headless.removesuffix("-headless")}-headless'
        return (
            f'OpenCV cannot be imported: {error}. On a system without libraries for windows, take '
            f'its headless build: pip uninstall --yes {" ".join(found)} && pip install {headless}'
        )
    return None


@cache
def require_opencv() -> None:
    """Check that OpenCV can be imported, all that predictions by exported files need of these.

    Raises:
        ImportError: If OpenCV is missing or lacks a library of the system. The message gives the
            line to type.
    """
    if find_spec('cv2') is None:
        _refuse(small_message(missing_modules()))
    if problem := unloadable_opencv():
        _refuse(problem)


@cache
def require_predictions() -> None:
    """Check that predictions can run, by PyTorch or, without it, by onnxruntime.

    Raises:
        ImportError: If neither can, or OpenCV cannot be imported. The message gives the line to
            type.
    """
    if without_pytorch() and any(find_spec(name) is None for name in SMALL):
        _refuse(small_message(missing_modules()))
    require_opencv()


@cache
def require_openmmlab() -> None:
    """Check that PyTorch, OpenMMLab's packages and OpenCV can be imported.

    Raises:
        ImportError: If a package is missing, or OpenCV lacks a library of the system. The message
            gives the line to type.
    """
    if missing := missing_modules():
        _refuse(missing_message(missing))
    require_opencv()


def _refuse(problem: str) -> NoReturn:
    raise ImportError(f'mmfer cannot start: {problem}\n`mmfer doctor` shows what is installed.')


def _named(missing: list[str]) -> str:
    """Modules and their verb."""
    names = _listed(['OpenCV' if name == 'cv2' else name for name in missing])
    return f'{names} {"is" if len(missing) == 1 else "are"}'


def _listed(names: list[str]) -> str:
    return ' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))
