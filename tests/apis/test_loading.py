import pytest
from mmengine.config import Config

from mmfer.apis.loading import (
    build_pipeline,
    class_names,
    face_alignment,
    plain_steps,
    read_config,
    transforms_with,
)
from mmfer.datasets import Cached, LoadExpressionImage
from mmfer.faces import BoxAlignment
from mmfer.registry import register_all_modules
from tests.apis.model_files import write_model


def test_a_missing_or_broken_config_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no\.py'):
        read_config(tmp_path / 'no.py')
    assert read_config('rald_r18_synthetic').model.head.type == 'RALDHead'
    (tmp_path / 'broken.py').write_text('model = dict(')
    with pytest.raises(ValueError, match=r'broken\.py" cannot be read'):
        read_config(tmp_path / 'broken.py')


def test_a_pipeline_must_begin_with_a_loading_transform(tmp_path):
    register_all_modules()
    steps = [{'type': 'PackInputs'}]
    config = Config({'test_dataloader': {'dataset': {'pipeline': steps}}})
    with pytest.raises(ValueError, match='LoadImageFromFile'):
        build_pipeline(config)


def test_alignments_of_config_and_checkpoint_must_agree():
    box = {'type': 'box', 'size': 64, 'scale': 1.5, 'shift': [0.0, 0.0]}
    other = {'dataset_meta': {'alignment': {'type': 'box', 'size': 64, 'scale': 1.2}}}
    same = {'dataset_meta': {'alignment': box}}
    assert face_alignment(Config(), {}, 'k') is None
    assert face_alignment(Config(), same, 'k') == BoxAlignment(64, 1.5)
    assert face_alignment(Config({'face_crop': box}), same, 'k') == BoxAlignment(64, 1.5)
    with pytest.raises(ValueError, match=r'scale=1\.2'):
        face_alignment(Config({'face_crop': box}), other, 'k')


def test_the_noise_of_renderings_is_left_out():
    register_all_modules()
    noise = {'type': 'SensorNoise'}
    pipeline = [{'type': 'LoadExpressionImage'}, noise, {'type': 'PackExpression'}]
    built = build_pipeline(Config({'test_dataloader': {'dataset': {'pipeline': pipeline}}}))
    assert [type(step).__name__ for step in built.transforms] == ['PackExpression']


def test_transforms_that_need_landmarks_are_found():
    register_all_modules()

    def needed(*steps):
        pipeline = [{'type': 'LoadExpressionImage'}, *steps, {'type': 'PackExpression'}]
        built = build_pipeline(Config({'test_dataloader': {'dataset': {'pipeline': pipeline}}}))
        return transforms_with('needs_landmarks', built)

    resize, mask = {'type': 'ResizeFace', 'size': 32}, {'type': 'LandmarkMask'}
    strip = {'type': 'CropRegions', 'size': 32}
    assert needed(resize) == []
    assert needed(resize, mask, strip) == ['LandmarkMask', 'CropRegions']
    assert needed({'type': 'Cached', 'transforms': [resize, mask]}) == ['LandmarkMask']


@pytest.mark.parametrize(
    'first',
    [
        {'type': 'mmfer.LoadExpressionImage'},
        {'type': LoadExpressionImage},
        {'type': 'mmfer.datasets.LoadExpressionImage'},
        {'type': 'Cached', 'transforms': [{'type': 'LoadExpressionImage'}]},
        {'type': Cached, 'transforms': [{'type': 'mmcv.LoadImageFromFile'}]},
    ],
    ids=['scope', 'class', 'path', 'cached', 'cached class'],
)
@pytest.mark.parametrize('wrapped', [False, True])
def test_all_names_of_the_first_step_and_wrapped_data_sets(first, wrapped):
    register_all_modules()
    dataset = {'type': 'FGEmotions', 'pipeline': [first, {'type': 'PackExpression'}]}
    if wrapped:
        dataset = {'type': 'ConcatDataset', 'datasets': [dataset, dataset]}
    config = Config({'test_dataloader': {'dataset': dataset}})
    built = build_pipeline(config)
    assert [type(step).__name__ for step in built.transforms] == ['PackExpression']
    meta = {'dataset_meta': {'classes': ('a', 'b')}}
    assert class_names(config, meta, 'k') == ('a', 'b')


def test_options_replace_entries_of_a_config_file(tmp_path):
    config, _ = write_model(tmp_path)
    assert read_config(config, {'train_cfg.max_epochs': 7}).train_cfg.max_epochs == 7
    with pytest.raises(ValueError, match='--cfg-options does not fit'):
        read_config(config, {'model.bakbone': 1})


def test_caches_are_left_out_wherever_they_are():
    register_all_modules()
    load, resize = {'type': 'LoadExpressionImage'}, {'type': 'ResizeFace', 'size': 32}
    pack = {'type': 'PackExpression'}
    inner = {'type': 'mmfer.Cached', 'transforms': [load]}
    pipeline = [
        {'type': 'Cached', 'transforms': (inner, resize)},
        {'type': Cached, 'transforms': [resize]},
        pack,
    ]
    config = Config({'test_dataloader': {'dataset': {'pipeline': pipeline}}})
    assert plain_steps(config) == [load, resize, resize, pack]
    built = [type(step).__name__ for step in build_pipeline(config).transforms]
    assert built == ['ResizeFace', 'ResizeFace', 'PackExpression']
    config.test_dataloader.dataset.pipeline[0]['transforms'] = 5
    with pytest.raises(ValueError, match='has no list of transforms'):
        build_pipeline(config)
