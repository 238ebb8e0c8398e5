"""The classes that entries of configs name."""

import sys

import pytest
from mmcv.transforms import LoadImageFromFile
from mmengine.hooks import CheckpointHook as MMEngineCheckpointHook

from mmfer.datasets import Cached, LoadExpressionImage
from mmfer.engine.configuration.entry_types import classes_named, components_named, is_type
from mmfer.engine.hooks import CheckpointHook
from mmfer.models.heads import RALDHead
from mmfer.registry import MODELS, TRANSFORMS, register_all_modules

register_all_modules()


@pytest.mark.parametrize(
    'name',
    ['Cached', 'mmfer.Cached', 'mmfer.datasets.Cached', f'{Cached.__module__}.Cached', Cached],
)
def test_all_ways_to_name_a_class(name: object) -> None:
    assert classes_named(name) == [Cached]
    assert is_type(dict(type=name), Cached)
    assert not is_type(dict(type=name), LoadExpressionImage)


def test_names_of_parents_and_derived_classes() -> None:
    assert is_type(dict(type='mmcv.LoadImageFromFile'), LoadImageFromFile)
    assert is_type(dict(type='mmpretrain.PackInputs'), LoadImageFromFile) is False
    assert is_type(dict(type='LoadImageFromFile'), LoadExpressionImage, LoadImageFromFile)
    assert is_type(dict(type='CheckpointHook'), MMEngineCheckpointHook)
    # The hook of mmfer replaces mmengine's of the same name.
    assert classes_named('CheckpointHook')[0] is CheckpointHook
    assert not is_type(dict(type='mmengine.CheckpointHook'), CheckpointHook)


def test_built_components_and_other_entries() -> None:
    assert is_type(Cached([]), Cached)
    for entry in ({}, None, dict(type=None), dict(type=3), dict(type='Nothing')):
        assert not is_type(entry, Cached)


@pytest.mark.parametrize(
    'name', ['os.system', 'antigravity.fly', 'mmfer.registry.Registry', '.', '']
)
def test_only_registered_names_and_no_imports(name: str) -> None:
    assert components_named(name) == []
    assert 'antigravity' not in sys.modules


def test_a_name_in_some_registries_only() -> None:
    assert components_named('Cached', [TRANSFORMS]) == [Cached]
    assert components_named('Cached', [MODELS]) == []


def test_components_are_found_by_name_or_given_as_classes() -> None:
    assert classes_named('RALDHead') == [RALDHead] == classes_named(RALDHead)
    assert classes_named('mmfer.RALDHead') == [RALDHead]
    assert classes_named('Unheard') == []
