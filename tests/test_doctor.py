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


@pytest.mark.parametrize(
    ('changed', 'said'),
    [
        ({'mmcv': '2.2.0'}, 'mmcv-lite 2.2.0 and mmcv 2.2.0 overwrite each other'),
        ({'mmengine': None}, 'mmengine is missing: pip install mmengine.'),
        ({'torch': '1.13.0'}, 'torch 1.13.0 is not >=2.6.'),
        ({'tqdm': None}, 'tqdm is missing: pip install "tqdm>=4.65".'),
    ],
)
def test_what_does_not_fit_is_named(
    changed: dict[str, str | None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = doctor._version
    monkeypatch.setattr(doctor, '_version', lambda name: changed.get(name, real(name)))
    known = ['torch>=2.6', 'tqdm>=4.65', 'opencv-python>=4.8', 'mmcv-lite>=2.1,<2.4']
    monkeypatch.setattr(doctor, 'requires', lambda name: [*known, 'timm>=1.0; extra == "optional"'])
    if changed.get('mmcv'):
        monkeypatch.setattr(
            doctor, '_version', lambda name: {'mmcv-lite': '2.2.0', **changed}.get(name, real(name))
        )
    lines, healthy = doctor.examine()
    assert not healthy
    assert any(line.startswith('Problem: ') and said in line for line in lines)


def test_a_fork_stands_in_for_its_original(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor._version
    swapped = {'mmengine': None, 'onedl-mmengine': '0.11.0'}
    monkeypatch.setattr(doctor, '_version', lambda name: swapped.get(name, real(name)))
    lines, healthy = doctor.examine()
    assert healthy and 'onedl-mmengine 0.11.0' in lines
