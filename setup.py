"""Installation: ``pip install torchvision ".[openmmlab]"`` or, for development, ``make setup``."""

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


def requirements(name: str) -> list[str]:
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text(encoding='utf-8').splitlines()
    return [line for line in map(str.strip, lines) if line and not line.startswith('#')]


class BuildWithConfigs(build_py):
    """Puts configs, tools and the model index into the package, below ``.mim``."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / 'mmfer' / '.mim'
        shutil.rmtree(target, ignore_errors=True)
        for folder in ('configs', 'tools'):
            ignored = shutil.ignore_patterns('__pycache__', 'setup_venv.sh')
            shutil.copytree(ROOT / folder, target / folder, ignore=ignored)
        shutil.copy(ROOT / 'model-index.yml', target)


EXTRAS = {
    'openmmlab': requirements('torch') + requirements('mminstall'),
    'mim': requirements('torch') + requirements('mminstall'),
    'onedl': requirements('torch') + requirements('onedl'),
    'video': [],  # nothing more: OpenCV comes with the extras above
    **{name: requirements(name) for name in ('demo', 'export', 'onnxruntime', 'optional', 'tests')},
}
EXTRAS['all'] = [
    'torchvision>=0.21',
    *(line for name in ('openmmlab', 'demo', 'export', 'optional') for line in EXTRAS[name]),
]

version: dict[str, str] = {}
exec((ROOT / 'mmfer' / 'version.py').read_text(encoding='utf-8'), version)

setup(
    name='mmfer',
    version=version['__version__'],
    description='A toolbox for facial expression recognition on mmengine, mmcv and mmpretrain',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    classifiers=[
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Programming Language :: Python :: 3.14',
    ],
    packages=find_packages(include=['mmfer', 'mmfer.*']),
    include_package_data=True,
    cmdclass={'build_py': BuildWithConfigs},
    entry_points={'console_scripts': ['mmfer = mmfer.commands:main']},
    python_requires='>=3.11',
    install_requires=requirements('runtime'),
    extras_require=EXTRAS,
)
