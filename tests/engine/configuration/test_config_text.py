from pathlib import Path

import pytest
from mmengine.registry import DefaultScope

from mmfer.engine import load_config
from mmfer.engine.configuration.config_text import config_from_text
from mmfer.engine.model_building import build_model
from mmfer.registry import register_all_modules
from tests.helpers import ROOT

CONFIGS = (
    'configs/rald/rald_r18_synthetic.py',
    'configs/mifnet/mifnet_r18-swint_synthetic.py',
    'configs/faer/faer_convnext_synthetic.py',
    'configs/multi_region/multi_region_vgg16bn_synthetic.py',
    'configs/efficientnet/efficientnet-lite0_ferplus-48px.py',
)


@pytest.fixture(autouse=True)
def registered() -> None:
    register_all_modules()


@pytest.mark.parametrize('name', CONFIGS)
def test_a_config_and_its_text_build_equal_models(name: str) -> None:
    config = load_config(ROOT / name)
    read = config_from_text(config.pretty_text, 'model.pth')
    with DefaultScope.overwrite_default_scope('mmfer'):
        wanted, found = build_model(config), build_model(read)
    assert [type(part) for part in found.modules()] == [type(part) for part in wanted.modules()]
    shapes = {name: weight.shape for name, weight in wanted.state_dict().items()}
    assert {name: weight.shape for name, weight in found.state_dict().items()} == shapes
    pipeline = [step['type'] for step in config.test_dataloader.dataset.pipeline]
    assert [step['type'] for step in read.test_dataloader.dataset.pipeline] == pipeline


@pytest.mark.parametrize(
    'text',
    [
        "model = dict(type='os.system', command='touch {}')",
        "model = dict(type='ResNet', neck=[dict(type='subprocess.call', args='touch {}')])",
        "test_dataloader = dict(dataset=dict(pipeline=[dict(type='pathlib.Path', x='{}')]))",
        "data_preprocessor = dict(type='mmengine.rmtree', dir_path='{}')",
        "model = dict(type=open('{}', 'w'))",
    ],
)
def test_a_component_that_is_not_registered_is_refused(tmp_path: Path, text: str) -> None:
    made = tmp_path / 'made'
    with pytest.raises(ValueError, match='"stranger.pth" names the component .* not registered'):
        config_from_text(text.format(made), 'stranger.pth')
    assert not made.exists()


@pytest.mark.parametrize('name', ['mmfer.Cached', 'mmfer.datasets.Cached', 'mmpretrain.PackInputs'])
def test_names_with_a_scope_or_a_path(name: str) -> None:
    text = f"test_dataloader = dict(dataset=dict(pipeline=[dict(type='{name}')]))"
    config = config_from_text(text, 'own.pth')
    assert config.test_dataloader.dataset.pipeline[0].type == name


@pytest.mark.parametrize('text', ['model = dict(', 'x = ' + '(' * 300, '\0'])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='The config within "a.pth" cannot be read'):
        config_from_text(text, 'a.pth')
