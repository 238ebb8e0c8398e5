"""Names of all three libraries in one scope, and plugins."""

import subprocess
import sys

import pytest
import torch
from mmengine.registry import DefaultScope, Registry

from mmfer import registry
from mmfer.registry import (
    DATASETS,
    HOOKS,
    METRICS,
    MODELS,
    TRANSFORMS,
    WEIGHT_INITIALIZERS,
    register_all_modules,
)
from tests.helpers import ROOT


@pytest.mark.parametrize(
    ('nodes', 'name', 'library'),
    [
        (MODELS, 'ResNet', 'mmpretrain'),
        (MODELS, 'ImageClassifier', 'mmpretrain'),
        (MODELS, 'ClsDataPreprocessor', 'mmpretrain'),
        (DATASETS, 'BaseDataset', 'mmpretrain'),
        (DATASETS, 'RepeatDataset', 'mmengine'),
        (TRANSFORMS, 'LoadImageFromFile', 'mmcv'),
        (TRANSFORMS, 'PackInputs', 'mmpretrain'),
        (METRICS, 'Accuracy', 'mmpretrain'),
        (HOOKS, 'LoggerHook', 'mmengine'),
        (HOOKS, 'CheckpointHook', 'mmfer'),
        (WEIGHT_INITIALIZERS, 'Pretrained', 'mmfer'),
        (WEIGHT_INITIALIZERS, 'Kaiming', 'mmengine'),
    ],
)
def test_bare_names_resolve(nodes, name: str, library: str) -> None:
    register_all_modules()
    assert nodes.get(name).__module__.partition('.')[0] == library


@pytest.mark.parametrize('name', ['MODELS', 'HOOKS', 'OPTIM_WRAPPERS', 'VISUALIZERS'])
def test_nodes_are_grandchildren_of_mmengine(name: str) -> None:
    node = getattr(registry, name)
    assert node.scope == 'mmfer'
    assert node.parent.scope == 'mmpretrain'
    assert node.parent.parent.scope == 'mmengine'


def test_other_libraries_keep_their_own_components() -> None:
    register_all_modules()
    assert HOOKS.parent.get('CheckpointHook').__module__ == 'mmengine.hooks.checkpoint_hook'


def test_components_are_found_by_their_paths() -> None:
    """A Python-style config is dumped with paths; some losses share names with functions."""
    register_all_modules()
    every = [node for node in vars(registry).values() if isinstance(node, Registry)]
    nodes = [node for node in every if node.scope == 'mmfer']
    components = [(node, kind) for node in nodes for kind in node.module_dict.values()]
    paths = [f'{kind.__module__}.{kind.__qualname__}' for _, kind in components]
    assert 'mmfer.models.losses.wing_loss.WingLoss' in paths
    lost = [
        path for path, (node, kind) in zip(paths, components, strict=True)
        if node.get(path) is not kind or node.parent.get(path) is not kind
    ]  # fmt: skip
    assert not lost


def test_names_resolve_in_a_fresh_process() -> None:
    """A lookup imports the needed modules without an explicit registration."""
    code = (
        'from mmfer.registry import MODELS, HOOKS\n'
        "print(MODELS.get('ResNet').__module__, HOOKS.get('RandomStateHook').__module__)"
    )
    result = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, cwd=ROOT)
    assert result.stdout.split() == [
        'mmpretrain.models.backbones.resnet',
        'mmfer.engine.hooks.random_state_hook',
    ]


def test_default_scope() -> None:
    register_all_modules()
    assert DefaultScope.get_current_instance().scope_name == 'mmfer'
    model = MODELS.build(dict(type='GlobalAveragePooling'))
    assert model(torch.ones(1, 2, 3, 3)).shape == (1, 2)
