"""The state of the installation."""

import pytest

from mmfer import doctor
from mmfer.version import __version__


def test_this_installation_is_sound() -> None:
    lines, healthy = doctor.examine()
    assert healthy and lines[-1] == 'No problem found.'
    assert lines[0].startswith(f'mmfer {__version__}, Python 3.')
    assert any(line.startswith('devices: cpu') for line in lines)
    assert any(line.startswith('images: ') and 'png' in line for line in lines)
    assert 'videos: yes' in lines


def replace_versions(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str | None]) -> None:
    real = doctor.installed_version
    monkeypatch.setattr(
        doctor, 'installed_version', lambda name: changed[name] if name in changed else real(name)
    )


@pytest.mark.parametrize(
    ('changed', 'said'),
    [
        ({'mmcv-lite': '2.2.0', 'mmcv': '2.2.0'}, 'mmcv-lite 2.2.0 and mmcv 2.2.0 overwrite each'),
        ({'mmengine': None}, 'mmengine is missing. Install with: pip install mmengine'),
        ({'torch': '1.13.0'}, 'torch 1.13.0 is not >=2.6.'),
        ({'mmcv-lite': '2.0.0'}, 'mmcv-lite 2.0.0 is not <2.3,>=2.2.'),
        ({'tqdm': None}, 'tqdm is missing: pip install "tqdm>=4.65".'),
    ],
)
def test_what_does_not_fit_is_named(
    changed: dict[str, str | None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_versions(monkeypatch, changed)
    known = ['torch>=2.6', 'tqdm>=4.65', 'mmcv-lite>=2.2,<2.3; extra == "openmmlab"']
    other = ['timm>=99; extra == "optional"', 'onedl-mmcv>=2.3.6; extra == "onedl"']
    monkeypatch.setattr(doctor, 'requires', lambda name: [*known, *other])
    missing = [name for name, version in changed.items() if not version and name == 'mmengine']
    monkeypatch.setattr(doctor, 'missing_modules', lambda: missing)
    lines, healthy = doctor.examine()
    assert not healthy
    (problem,) = [line for line in lines if line.startswith('Problem: ')]
    assert said in problem


def test_a_fork_stands_in_for_its_original(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_versions(monkeypatch, {'mmengine': None, 'onedl-mmengine': '0.11.0'})
    known = ['torch>=2.6', 'mmengine>=0.10.7; extra == "openmmlab"']
    monkeypatch.setattr(doctor, 'requires', lambda name: known)
    lines, healthy = doctor.examine()
    assert healthy and 'onedl-mmengine 0.11.0' in lines


def test_exported_files_need_no_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor, 'missing_modules', lambda: ['mmengine', 'mmcv', 'mmpretrain', 'torch']
    )
    lines, healthy = doctor.examine()
    assert healthy and lines[-1] == 'No problem found.'
    (line,) = [line for line in lines if line.startswith('predictions by exported files only: ')]
    assert 'mmengine, mmcv, mmpretrain and torch are missing. Install with: pip install' in line
    monkeypatch.setattr(doctor, 'missing_modules', lambda: ['mmengine', 'torch'])
    assert not doctor.examine()[1]
