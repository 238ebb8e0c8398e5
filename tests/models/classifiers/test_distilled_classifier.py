import pytest
import torch
from mmengine.registry import DefaultScope
from mmpretrain.structures import DataSample

from mmfer.models.classifiers.teacher import Teacher
from mmfer.registry import MODELS
from tests.models.classifiers.test_teacher import CLASSIFIER, build

RESPONSE = dict(type='ResponseDistillationLoss', temperature=2.0)
SIMILARITY = dict(type='SimilarityPreservingLoss', loss_weight=10.0)
STUDENT = dict(type='DistilledClassifier', response=RESPONSE, similarity=SIMILARITY)


def batch():
    inputs = torch.randn(6, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    return inputs, [DataSample().set_gt_label(i % 3) for i in range(6)]


def test_the_losses_of_the_head_and_of_both_distances():
    student, (inputs, samples) = build(**STUDENT), batch()
    student.teacher = Teacher(build(), range(3))
    losses = student.train()(inputs, samples, mode='loss')
    assert set(losses) == {'loss', 'loss_response', 'loss_similarity'}
    features = student.extract_feat(inputs)
    logits, taught = student.teacher.answer(inputs, student.data_preprocessor)
    expected = student.response(student.head(features), logits)
    torch.testing.assert_close(losses['loss_response'], expected)
    expected = student.similarity(features[-1], taught)
    torch.testing.assert_close(losses['loss_similarity'], expected)


def test_a_teacher_with_the_weights_of_the_student_teaches_nothing():
    student, (inputs, samples) = build(**STUDENT), batch()
    teacher = build()
    teacher.load_state_dict(student.state_dict())
    student.teacher = Teacher(teacher, range(3))
    losses = student.eval()(inputs, samples, mode='loss')
    assert losses['loss_response'] < 1e-5 and losses['loss_similarity'] < 1e-5
    torch.nn.init.normal_(teacher.head.fc.weight, std=10)
    assert student(inputs, samples, mode='loss')['loss_response'] > 1e-2


def test_the_student_learns_and_the_teacher_does_not():
    student, (inputs, samples) = build(**STUDENT), batch()
    student.teacher = Teacher(build(), range(3))
    names = {name for name, _ in student.named_parameters()}
    assert names == {name for name, _ in build().named_parameters()}
    sum(student.train()(inputs, samples, mode='loss').values()).backward()
    assert all(p.grad is not None for p in student.parameters())
    assert all(p.grad is None for p in student.teacher.model.parameters())


def test_tests_need_no_teacher_and_equal_those_of_a_plain_classifier():
    student, (inputs, _) = build(**STUDENT).eval(), batch()
    plain = build().eval()
    plain.load_state_dict(student.state_dict())
    ours, theirs = student.predict(inputs), plain.predict(inputs)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one.pred_score, other.pred_score)


def test_a_student_without_teacher_or_losses_is_refused():
    with pytest.raises(ValueError, match='has no teacher'):
        build(**STUDENT).loss(*batch())
    with (
        DefaultScope.overwrite_default_scope('mmfer'),
        pytest.raises(ValueError, match='needs response='),
    ):
        MODELS.build({**CLASSIFIER, 'type': 'DistilledClassifier'})


def test_the_response_of_attributes_is_refused():
    head = dict(type='MultiLabelLinearClsHead', num_classes=3, in_channels=512)
    with pytest.raises(ValueError, match='predicts attributes. Use only similarity'):
        build(type='DistilledClassifier', response=RESPONSE, head=head)
    assert build(type='DistilledClassifier', similarity=SIMILARITY, head=head).response is None
