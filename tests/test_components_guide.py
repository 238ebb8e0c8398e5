"""docs/components.md: each component is trained with its config, as the page says."""

import re
import sys
from pathlib import Path

import pytest

from mmfer.synthetic.generate import generate
from tests.helpers import ROOT, call_tool

KINDS = ('Backbone', 'Neck', 'Head', 'Loss', 'Data set', 'Transform', 'Metric', 'Hook')
PAGE = (ROOT / 'docs' / 'components.md').read_text(encoding='utf-8')
SECTIONS = dict(zip(*[iter(re.split(r'^## (.*)$', PAGE, flags=re.MULTILINE)[1:])] * 2, strict=True))
LOGGED = {
    'Backbone': 'ThreeConvolutions',
    'Neck': 'StrongestPosition',
    'Head': 'CosineHead',
    'Loss': 'HingeLoss',
    'Data set': 'FoldersOfMine',
    'Transform': 'RandomBrightness',
    'Metric': 'mean_confidence: ',
    'Hook': 'Length of all weights: ',
}
"""What the log of the training says."""


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the renderings that the page makes."""
    folder = tmp_path_factory.mktemp('guide')
    generate('ifer', folder / 'data' / 'renderings', 'tiny', size=48, progress=False)
    return folder


def test_the_page_has_a_section_for_each_kind() -> None:
    assert tuple(SECTIONS) == KINDS


@pytest.mark.parametrize('kind', KINDS)
def test_its_component_trains(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, config = re.findall(r'```python\n(.*?)```', SECTIONS[kind], re.DOTALL)
    here = folder / kind.replace(' ', '_')
    here.mkdir()
    (here / 'my_fer.py').write_text(module)
    (here / 'my_config.py').write_text(config)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(here)
    monkeypatch.delitem(sys.modules, 'my_fer', raising=False)
    work = ('--work-dir', here / 'work', '--cfg-options', 'epochs=1')
    result = call_tool('train.py', here / 'my_config.py', *work)
    monkeypatch.delitem(sys.modules, 'my_fer')
    assert LOGGED[kind] in result.stdout and 'accuracy: ' in result.stdout
    assert (here / 'work' / 'epoch_1.pth').is_file()
