import pytest
import torch
from mmengine.registry import DefaultScope
from torch.nn.functional import interpolate

from mmfer.models.classifiers.teacher import Teacher, last_of, logits_of
from mmfer.registry import MODELS, register_all_modules

CLASSIFIER = dict(
    type='ImageClassifier',
    data_preprocessor=dict(num_classes=3, mean=[120.0] * 3, std=[60.0] * 3, to_rgb=True),
    backbone=dict(type='ResNet', depth=18, base_channels=4, stem_channels=4),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(type='LinearClsHead', num_classes=3, in_channels=32),
)


def build(**changes):
    register_all_modules()
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmfer'):
        return MODELS.build({**CLASSIFIER, **changes})


@pytest.fixture
def images():
    return torch.randint(0, 256, (4, 3, 32, 32), generator=torch.Generator().manual_seed(1))


def test_the_teacher_sees_the_images_as_in_its_own_test(images):
    model = build()
    teacher = Teacher(model, [2, 0, 1])
    student = build(
        data_preprocessor=dict(num_classes=3, mean=[1.0, 2.0, 3.0], std=[9.0] * 3, to_rgb=True)
    ).data_preprocessor
    inputs = student({'inputs': images})['inputs']
    logits, features = teacher.answer(inputs, student)
    own = model.data_preprocessor({'inputs': images})['inputs']
    (expected,) = model.extract_feat(own)
    torch.testing.assert_close(features, expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(logits, model.head((expected,))[:, [2, 0, 1]], atol=1e-4, rtol=1e-4)


def test_the_teacher_sees_larger_images_if_told(images):
    model = build()
    inputs = model.data_preprocessor({'inputs': images})['inputs']
    logits, _ = Teacher(model, range(3), size=64).answer(inputs, model.data_preprocessor)
    larger = interpolate(inputs, size=(64, 64), mode='bilinear')
    expected = model(larger, mode='tensor')
    torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)


def test_answers_change_neither_weights_nor_statistics(images):
    model = build().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    inputs = model.data_preprocessor({'inputs': images})['inputs']
    logits, features = Teacher(model, range(3)).answer(inputs, model.data_preprocessor)
    assert not logits.requires_grad and not features.requires_grad
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_two_orders_of_colors_are_refused(images):
    other = build(data_preprocessor=dict(num_classes=3, to_rgb=False)).data_preprocessor
    with pytest.raises(ValueError, match='to_rgb'):
        Teacher(build(), range(3)).answer(images.float(), other)


def test_features_and_answers_that_are_no_tensors_are_refused():
    with pytest.raises(TypeError, match='but got dict'):
        last_of(({'map': 1},))
    model = build()
    model.head = torch.nn.Identity()
    with pytest.raises(TypeError, match='Identity gives something else'):
        logits_of(model, (torch.zeros(2, 3),))
