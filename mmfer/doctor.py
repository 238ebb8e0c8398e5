"""What is installed, which device and which files can be used, and whether versions fit."""

import platform
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec

from packaging.requirements import Requirement

from mmfer.checks.openmmlab import (
    BUILDS,
    OPENCV,
    SMALL,
    installed_version,
    missing_message,
    missing_modules,
    small_message,
    unloadable_opencv,
)
from mmfer.version import __version__

SHOWN = ('torch', 'torchvision', 'numpy', 'pillow', 'onnx', 'onnxruntime')
EXPORTED = 'predictions by exported files'
OPTIONAL = {
    '.heic photographs': ('pillow_heif',),
    EXPORTED: SMALL,
    'ONNX export': ('torch', 'onnx', 'onnxruntime', 'onnxscript'),
    'Grad-CAM': ('torch', 'pytorch_grad_cam'),
}
"""The modules that each optional part needs."""
TRAINING = {*BUILDS, 'torch'}
"""What exported files do without."""


def examine() -> tuple[list[str], bool]:
    """A line for each fact, and whether mmfer can work, if only with exported files."""
    problems = _misfits()
    lines = [
        f'mmfer {__version__}, Python {platform.python_version()}, {platform.platform()}',
        *(f'{name} {found}' for name in SHOWN if (found := installed_version(name))),
    ]
    for module, packages in (*BUILDS.items(), ('OpenCV', OPENCV)):
        installed = [f'{name} {found}' for name in packages if (found := installed_version(name))]
        lines.append(', '.join(installed) or f'{module} is missing')
        if module in BUILDS and len(installed) > 1:
            problems.append(
                f'{" and ".join(installed)} overwrite each other: uninstall all of them, and '
                'install one of them again.'
            )
    missing = missing_modules()
    exported_only = set(missing) >= TRAINING and not _absent(OPTIONAL[EXPORTED])
    if exported_only:
        lines.append(f'{EXPORTED} only: {missing_message(missing)}')
    elif missing:
        problems.append(small_message(missing))
    elif unloadable := unloadable_opencv():
        problems.append(unloadable)
    lines += [_devices(), _images(), _videos()]
    for part, modules in OPTIONAL.items():
        absent = _absent(modules)
        lines.append(f'{part}: {f"no ({absent} is missing)" if absent else "yes"}')
    lines += [f'Problem: {problem}' for problem in problems] or ['No problem found.']
    return lines, not problems


def _absent(modules: tuple[str, ...]) -> str | None:
    return next((name for name in modules if find_spec(name) is None), None)


def _misfits() -> list[str]:
    """A message for each requirement of mmfer that is not met."""
    found = []
    try:
        needed = [Requirement(line) for line in requires('mmfer') or ()]
    except PackageNotFoundError:
        return []
    for requirement in needed:
        marker = requirement.marker
        required = marker is None or marker.evaluate({'extra': ''})
        if not required and not (marker and marker.evaluate({'extra': 'openmmlab'})):
            continue
        installed = installed_version(requirement.name)
        if installed is None:
            if required:
                found.append(f'{requirement.name} is missing: pip install "{requirement}".')
        elif not requirement.specifier.contains(installed, prereleases=True):
            found.append(f'{requirement.name} {installed} is not {requirement.specifier}.')
    return found


def _devices() -> str:
    try:
        import torch
    except (ImportError, OSError) as error:  # a broken installation raises either
        return f'PyTorch cannot be imported: {error}'
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return (
        f'devices: cpu ({torch.get_num_threads()} threads){"".join(f", cuda ({g})" for g in gpus)}'
    )


def _images() -> str:
    from PIL import Image, features

    Image.init()
    formats = sorted(
        {suffix for suffix, kind in Image.registered_extensions().items() if kind in Image.OPEN}
    )
    modern = [name for name in ('webp', 'avif', 'jpg_2000') if features.check(name)]
    return f'images: {len(formats)} suffixes, {", ".join(["jpg", "png", *modern])} among them'


def _videos() -> str:
    try:
        import cv2
    except (ImportError, OSError) as error:  # a library of the system is missing
        return f'videos: no (OpenCV cannot be imported: {error})'
    readers = cv2.videoio_registry.getStreamBackends()
    return f'videos: {"yes" if cv2.CAP_FFMPEG in readers else "no (OpenCV without FFmpeg)"}'
