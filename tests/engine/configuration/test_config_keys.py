"""Known entries of a config."""

import pytest

from mmfer.engine.configuration.config_keys import check_sections, places, unknown_key, unknown_type
from mmfer.registry import register_all_modules

CFG = dict(
    model=dict(type='ImageClassifier', backbone=dict(type='ResNet', depth=18)),
    train_cfg=dict(by_epoch=True, max_epochs=3),
    train_dataloader=dict(batch_size=2, dataset=dict(type='ExpressionFolder', pipeline=[{}])),
    default_hooks=dict(logger=dict(type='LoggerHook')),
    env_cfg=dict(
        cudnn_benchmark=False, mp_cfg=dict(mp_start_method='fork'), dist_cfg=dict(backend='nccl')
    ),
    optim_wrapper=dict(
        optimizer=dict(type='SGD', lr=0.1),
        paramwise_cfg=dict(bias_lr_mult=2.0),
        clip_grad=dict(max_norm=5.0),
    ),
    data_preprocessor=dict(mean=[127.0] * 3),
    log_processor=dict(window_size=10),
    face_crop=dict(type='box', size=48, scale=1.1),
    epochs=3,
)


@pytest.fixture(autouse=True)
def components() -> None:
    register_all_modules()


@pytest.mark.parametrize(
    'key',
    [
        'model.backbone.depth',
        'model.backbone.frozen_stages',
        'train_cfg.val_interval',
        'train_dataloader.num_workers',
        'train_dataloader.dataset.pipeline.0',
        'default_hooks.mine.type',
        'val_dataloader.batch_size',
        'env_cfg.mp_cfg.opencv_num_threads',
        'env_cfg.dist_cfg',
        'env_cfg.dist_cfg.timeout',
        'optim_wrapper.clip_grad.norm_type',
        'optim_wrapper.clip_grad.type',
        'optim_wrapper.paramwise_cfg.norm_decay_mult',
        'data_preprocessor.std',
        'log_processor.by_epoch',
        'face_crop.shift',
        'randomness',
        'epochs',
    ],
)
def test_existing_and_possible_entries_are_accepted(key: str) -> None:
    assert unknown_key(CFG, key, 1) is None


@pytest.mark.parametrize(
    ('key', 'said'),
    [
        ('train_cgf.max_epochs', 'a config has no entry "train_cgf". Did you mean train_cfg'),
        ('train_cfg.max_epoch', 'train_cfg takes no "max_epoch". Did you mean max_epochs'),
        ('model.backbone.dpeth', 'model.backbone takes no "dpeth". Did you mean depth'),
        ('env_cfg.foo', 'env_cfg takes no "foo". Known entries: '),
        ('env_cfg.mp_cfg.foo', 'env_cfg.mp_cfg takes no "foo"'),
        ('optim_wrapper.paramwise_cfg.bias_lr', 'Did you mean bias_lr_mult'),
        ('data_preprocessor.meen', 'Did you mean mean'),
        ('env_cfg.dist_cfg.backened', 'env_cfg.dist_cfg takes no "backened". Did you mean backend'),
        ('optim_wrapper.clip_grad.maxnorm', 'takes no "maxnorm". Did you mean max_norm?'),
        ('launcher', 'cannot be replaced here. Give --launcher'),
        ('custom_imports.imports', 'options are read after its imports'),
        ('model.data_preprocessor.std', 'is not in the model. Give data_preprocessor.std'),
        ('default_hooks.loger.interval', 'no "loger", and a new hook needs a type. Did you mean'),
        (
            'val_dataloader.batchsize',
            'val_dataloader takes no "batchsize". Did you mean batch_size',
        ),
        ('log_processor.foo', 'log_processor takes no "foo"'),
        ('face_crop.foo', 'face_crop takes no "foo"'),
        ('zzz', 'a config has no entry "zzz". Known entries: '),
    ],
)
def test_entries_without_effect_give_a_message(key: str, said: str) -> None:
    message = unknown_key(CFG, key, 1)
    assert message is not None and said in message


@pytest.mark.parametrize(
    ('section', 'entry', 'said'),
    [
        (
            'optim_wrapper',
            dict(clip_grad=dict(maxnorm=1)),
            r'clip_grad takes no "maxnorm"\. Did you',
        ),
        ('optim_wrapper', dict(paramwise_cfg=dict(foo=1)), 'paramwise_cfg takes no "foo". Known'),
        ('env_cfg', dict(dist_cfg=dict(backened='gloo')), 'dist_cfg takes no "backened"'),
        ('train_dataloader', dict(batchsize=1), 'train_dataloader takes no "batchsize"'),
    ],
)
def test_sections_of_a_config_file_are_checked(section: str, entry: dict, said: str) -> None:
    check_sections(CFG)
    with pytest.raises(ValueError, match=said):
        check_sections(CFG | {section: entry})


def test_a_new_hook_may_be_given_as_a_whole() -> None:
    assert unknown_key(CFG, 'default_hooks.mine', dict(type='Hook')) is None
    assert unknown_key(CFG, 'default_hooks.mine', dict(interval=1)) is not None


def test_only_an_existing_hook_can_be_removed() -> None:
    assert unknown_key(CFG, 'default_hooks.logger', None) is None
    message = unknown_key(CFG, 'default_hooks.loger', None)
    assert message is not None and 'Did you mean logger' in message


def test_another_constructor_may_have_other_options() -> None:
    wrapper = CFG['optim_wrapper'] | dict(constructor='LearningRateDecayOptimWrapperConstructor')
    key = 'optim_wrapper.paramwise_cfg.layer_decay_rate'
    assert unknown_key(CFG | dict(optim_wrapper=wrapper), key, 0.7) is None
    assert unknown_key(CFG, key, 0.7) is not None


def test_a_component_must_be_registered() -> None:
    for key, value in (
        ('model.type', 'Nope'),
        ('model.backbone.type', 'RezNet'),
        ('optim_wrapper.optimizer.type', 'Nope'),
    ):
        message = unknown_type(CFG, key, value)
        assert message is not None and f'no component has the name "{value}"' in message
    for key, value in (
        ('model.backbone.type', 'SwinTransformer'),
        ('model.backbone.type', 'my_package.MyNet'),
        ('optim_wrapper.optimizer.type', 'AdamW'),
        ('face_crop.type', 'five_point'),
        ('model.backbone.depth', 'Nope'),
    ):
        assert unknown_type(CFG, key, value) is None


def test_augmentations_on_the_device_are_those_of_kornia() -> None:
    augment = dict(type='RandomAffine', degrees=15)  # mmcv has one of this name, too
    preprocessor = dict(type='AugmentingPreprocessor', device_augments=[augment])
    cfg = CFG | dict(data_preprocessor=preprocessor)
    check_sections(cfg)
    place = 'data_preprocessor.device_augments.0'
    assert unknown_type(cfg, f'{place}.type', 'RandomMotionBlur') is None
    assert unknown_key(cfg, f'{place}.shear', 3) is None
    assert unknown_key(cfg, 'data_preprocessor.device_augment', []) is not None
    message = unknown_key(CFG, 'data_preprocessor.device_augments', [])
    assert message is not None and 'takes no "device_augments"' in message


def test_all_places_of_a_value_are_found() -> None:
    assert list(places(dict(a=[1, dict(b=3)], c=3, d=True), 3)) == ['a.1.b', 'c']
    # True equals 1 in Python, but is another value of a config.
    assert list(places(dict(a=1, d=True), 1)) == ['a']
