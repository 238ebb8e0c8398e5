"""What a training says about images that it is trained and judged on."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.config import Config
from mmengine.logging import MMLogger

from mmfer.datasets import ExpressionFolder
from mmfer.engine import train
from mmfer.engine.hooks import LeakageHook
from tests.datasets.disk import write_image
from tests.helpers import CLASSES, tiny_config, write_images


def config(folder: Path, data: Path, **roots: Path) -> Config:
    """The small config with other data for the validation or the test, which stops at leakage."""
    cfg = tiny_config(folder, data, {'default_hooks.leakage.action': 'error'})
    for part in ('val', 'test'):
        cfg[f'{part}_dataloader'] = cfg[f'{part}_dataloader'].copy()
        cfg[f'{part}_dataloader'].dataset = cfg[f'{part}_dataloader'].dataset.copy()
        cfg[f'{part}_dataloader'].dataset.data_root = str(roots.get(part, data))
    return cfg


@pytest.fixture(scope='module')
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Images of another size, and copies of the training images under other names."""
    folder = tmp_path_factory.mktemp('others')
    write_images(folder / 'new', size=30)
    write_images(folder / 'copies')
    for path in list((folder / 'copies').rglob('*.png')):
        shutil.move(path, path.with_name(f'copy_{path.name}'))
    return {name: folder / name for name in ('new', 'copies')}


def message(cfg: Config, **arguments: Any) -> str:
    with pytest.raises(ValueError, match='^Leakage: ') as caught:
        train(cfg, **arguments)
    assert not list(Path(cfg.work_dir).glob('*.pth'))
    return str(caught.value)


def test_validation_and_test_on_training_images(
    image_folder: Path, tmp_path: Path, others: dict[str, Path]
) -> None:
    said = message(config(tmp_path / 'a', image_folder, test=others['new']))
    assert '12 validation images, such as "' in said and 'test images' not in said
    said = message(config(tmp_path / 'b', image_folder, val=others['new']))
    assert '12 test images, such as "' in said and 'validation images' not in said
    assert 'To train anyway: default_hooks.leakage.action=warn.' in said
    said = message(config(tmp_path / 'c', image_folder, val=others['copies'], test=others['new']))
    assert '12 validation images' in said and 'copy_0' in said
    # Also of a training without validation.
    said = message(config(tmp_path / 'd', image_folder, val=others['new']), validate=False)
    assert '12 test images' in said


def test_a_part_of_its_own_can_leave_out_training_images(tmp_path: Path) -> None:
    data = write_images(tmp_path / 'data')
    shutil.copytree(data / 'train', data / 'test')
    write_image(data / 'test' / 'anger' / 'other.png', seed=99)

    def check(split: str, **options: Any) -> None:
        tested = dict(type='ExpressionFolder', data_root=str(data), classes=CLASSES, split=split)
        trained = ExpressionFolder(str(data), 'train', classes=CLASSES)
        run = SimpleNamespace(
            train_dataloader=SimpleNamespace(dataset=trained),
            cfg=Config(dict(test_dataloader=dict(dataset={**tested, **options}))),
            val_loop=None,
            logger=MMLogger.get_current_instance(),
        )
        LeakageHook('error').before_train(run)

    with pytest.raises(ValueError, match="12 test images.*apart_from='train' in the test data set"):
        check('test')
    check('test', apart_from='train', empty_classes='warn')
    # The training part holds all that val_ratio draws from it.
    with pytest.raises(ValueError, match=r'3 test images.*Give both other images\. To train'):
        check('val', val_ratio=0.25)


def test_choosing_by_the_test_data(
    image_folder: Path, tmp_path: Path, others: dict[str, Path]
) -> None:
    new = others['new']
    cfg = config(tmp_path / 'a', image_folder, val=new, test=new)
    cfg.default_hooks.checkpoint.save_best = 'accuracy/top1'
    said = message(cfg)
    assert (
        "default_hooks.checkpoint.save_best='accuracy/top1' would choose by val_dataloader" in said
    )
    # Without a choice, the test data may be watched.
    train(config(tmp_path / 'b', image_folder, val=new, test=new))


@pytest.mark.parametrize('part', [{'indices': 4}, {'max_refetch': 9}, 'copies'])
def test_choosing_by_a_part_or_a_variant_of_the_test_data(
    part: Any, image_folder: Path, tmp_path: Path, others: dict[str, Path]
) -> None:
    val = tmp_path / 'copies'
    shutil.copytree(others['new'], val)
    copies = part == 'copies'
    cfg = config(tmp_path, image_folder, val=val if copies else others['new'], test=others['new'])
    cfg.val_dataloader.dataset.update({} if copies else part)
    cfg.default_hooks.checkpoint.save_best = 'accuracy/top1'
    count = 4 if part == {'indices': 4} else 12
    assert f'by val_dataloader, which reads {count} test images, such as "' in message(cfg)
    cfg.default_hooks.checkpoint.save_best = None
    train(cfg)


def test_unreadable_test_data_do_not_stop_a_training(
    image_folder: Path, tmp_path: Path, others: dict[str, Path]
) -> None:
    train(config(tmp_path, image_folder, val=others['new'], test=tmp_path / 'none'))
    log = next((tmp_path / 'work').rglob('*.log')).read_text()
    assert 'The test data cannot be compared with the other data: ' in log


def test_by_default_the_log_warns(image_folder: Path, tmp_path: Path) -> None:
    train(tiny_config(tmp_path, image_folder))
    log = next((tmp_path / 'work').rglob('*.log')).read_text()
    assert 'WARNING - Leakage: 12 validation images, such as "' in log


def test_large_data_sets_are_not_compared(image_folder: Path, tmp_path: Path) -> None:
    cfg = config(tmp_path, image_folder)
    cfg.default_hooks.leakage.most = 23
    train(cfg, validate=False)
    log = next((tmp_path / 'work').rglob('*.log')).read_text()
    assert '12 training and 12 test images are not compared, because this would take long' in log


def test_wrong_action() -> None:
    with pytest.raises(ValueError, match="action='stop' must be 'warn' or 'error'"):
        LeakageHook('stop')


def test_a_resumed_run_tells_other_training_images(
    image_folder: Path, tmp_path: Path, others: dict[str, Path]
) -> None:
    data = tmp_path / 'data'
    shutil.copytree(image_folder, data)

    def run(root: Path = data, action: str = 'error', validate: bool = True) -> str:
        cfg = config(tmp_path, root, val=others['new'], test=others['new'])
        cfg.default_hooks.leakage.action = action
        cfg.train_cfg.max_epochs += len(list((tmp_path / 'work').glob('epoch_*.pth')))
        train(cfg, resume=True, validate=validate)
        return max((tmp_path / 'work').rglob('*.log')).read_text()

    run()
    moved = tmp_path / 'moved'
    shutil.copytree(data, moved)
    assert 'resumed checkpoint' not in run(moved)
    path = sorted(data.glob('train/*/*'))[0]
    path.rename(path.with_name('other.png'))
    with pytest.raises(ValueError, match=r'^Leakage: .*on other images.*12 now.*Start anew'):
        run()
    assert 'WARNING - Leakage: The resumed checkpoint' in run(action='warn')
    # Said again, because the checkpoints since then were trained on both.
    assert 'WARNING - Leakage: The resumed checkpoint' in run(action='warn')
    assert 'WARNING - The resumed checkpoint was trained on other' in run(validate=False)


def test_other_labels_are_said(tmp_path: Path, log: list[str]) -> None:
    for name in 'ab':
        write_image(tmp_path / f'{name}.png')
    hook = LeakageHook()
    for labels, said in (('cd', False), ('cd', False), ('dc', True)):
        rows = [f'{name}.png,{label}' for name, label in zip('ab', labels, strict=True)]
        (tmp_path / 'train.csv').write_text('\n'.join(['path,label', *rows]))
        reader = ExpressionFolder(str(tmp_path), classes=['c', 'd'])
        run = SimpleNamespace(
            train_dataloader=SimpleNamespace(dataset=reader),
            cfg=Config(),
            val_loop=None,
            _resume=True,
            logger=MMLogger.get_current_instance(),
        )
        hook.before_train(run)
        assert any('other labels of the same images' in line for line in log) is said
        checkpoint: dict[str, Any] = {'meta': {}}
        hook.before_save_checkpoint(run, checkpoint)
        hook = LeakageHook()
        hook.after_load_checkpoint(run, checkpoint)
