from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmfer.apis.pruning import prune_checkpoint
from mmfer.engine import load_config
from mmfer.engine.hooks import TeacherHook
from mmfer.engine.trained_models.model_from_checkpoint import ModelFromCheckpoint
from mmfer.engine.training import train
from tests.helpers import write_config, write_images

STUDENT = """
train_cfg = dict(by_epoch=True, max_epochs=2)
model.update(
    type='DistilledClassifier',
    response=dict(type='ResponseDistillationLoss', temperature=2.0),
)
custom_hooks = [dict(type='TeacherHook', checkpoint='{teacher}', size=40)]
"""


@pytest.fixture(scope='module')
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('teacher')
    write_images(folder)
    write_config(folder / 'config.py', folder)
    train(load_config(folder / 'config.py', folder / 'work'))
    return folder / 'work' / 'epoch_1.pth'


def student(folder: Path, data: Path, teacher: object, extra: str = '') -> Config:
    """The config of a student, with its work directory in ``folder``."""
    config = folder / 'student.py'
    write_config(config, data, STUDENT.format(teacher=teacher) + extra)
    return load_config(config, folder / 'work')


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / 'work' / 'epoch_2.pth', weights_only=True)['state_dict']


def test_a_student_learns_from_a_checkpoint_and_is_saved_alone(tmp_path, teacher):
    runner = train(student(tmp_path, teacher.parents[1], teacher))
    assert runner.message_hub.get_scalar('train/loss_response').current() > 0
    plain = torch.load(teacher, weights_only=True)['state_dict']
    assert set(weights(tmp_path)) == set(plain)
    # A saved student is a teacher, too.
    again = ModelFromCheckpoint.load(tmp_path / 'work' / 'epoch_2.pth')
    assert type(again.model).__name__ == 'DistilledClassifier' and not again.model.training


def test_a_resumed_student_has_the_bits_of_one_that_ran_through(tmp_path, teacher):
    whole, parts = tmp_path / 'whole', tmp_path / 'parts'
    for folder in (whole, parts):
        folder.mkdir()
        train(student(folder, teacher.parents[1], teacher), seed=0)
    (parts / 'work' / 'epoch_2.pth').unlink()
    (parts / 'work' / 'last_checkpoint').write_text(str(parts / 'work' / 'epoch_1.pth'))
    train(student(parts, teacher.parents[1], teacher), resume=True, seed=0)
    again = weights(parts)
    assert all(torch.equal(value, again[name]) for name, value in weights(whole).items())


def test_a_pruned_student_still_learns_from_its_teacher(tmp_path, teacher):
    train(student(tmp_path, teacher.parents[1], teacher))
    prune_checkpoint(
        tmp_path / 'student.py', tmp_path / 'work' / 'epoch_2.pth', tmp_path, ratio=0.3, size=32
    )
    cfg = load_config(tmp_path / 'student_pruned30.py', tmp_path / 'pruned')
    runner = train(cfg)
    assert runner.message_hub.get_scalar('train/loss_response').current() > 0
    pruned = sum(p.numel() for p in runner.model.parameters())
    assert pruned < sum(w.numel() for w in weights(tmp_path).values())


def test_the_classes_of_the_teacher_are_brought_into_order(tmp_path, teacher):
    loaded = torch.load(teacher, weights_only=True)
    names = loaded['meta']['dataset_meta']['classes']
    loaded['meta']['dataset_meta']['classes'] = [names[i] for i in (1, 2, 0)]
    torch.save(loaded, tmp_path / 'turned.pth')
    runner = train(student(tmp_path, teacher.parents[1], tmp_path / 'turned.pth'))
    assert runner.model.teacher.order.tolist() == [2, 0, 1]


@pytest.mark.parametrize(('entry', 'size'), [('image_size = 24\n', 24), ('', None)])
def test_a_teacher_sees_images_of_its_own_size(tmp_path, teacher, entry, size):
    loaded = torch.load(teacher, weights_only=True)
    loaded['meta']['cfg'] = entry + loaded['meta']['cfg']
    torch.save(loaded, tmp_path / 'teacher.pth')
    without = "custom_hooks[0].pop('size')\n"
    runner = train(student(tmp_path, teacher.parents[1], tmp_path / 'teacher.pth', without))
    assert runner.model.teacher.size == size


@pytest.mark.parametrize('size', [0, -1, '80', 48.0])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match='give a number of pixels'):
        TeacherHook('efficientnet-lite0_ferplus', size=size)


def test_a_shipped_model_of_other_classes_is_refused(tmp_path, teacher):
    cfg = student(tmp_path, teacher.parents[1], 'efficientnet-lite0_ferplus')
    with pytest.raises(ValueError, match=r'knows the classes neutral, .* have anger, happiness'):
        train(cfg)


def test_a_plain_model_and_a_missing_teacher_are_refused(tmp_path, teacher):
    plain = "model['type'] = 'ImageClassifier'\ndel model['response']\n"
    with pytest.raises(ValueError, match='teaches a DistilledClassifier'):
        train(student(tmp_path, teacher.parents[1], teacher, plain))
    with pytest.raises(FileNotFoundError, match=r'no/epoch_1\.pth'):
        train(student(tmp_path, teacher.parents[1], 'no/epoch_1.pth'))
