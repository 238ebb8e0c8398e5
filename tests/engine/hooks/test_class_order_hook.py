"""A checkpoint and a data set must have the same classes in the same order."""

from pathlib import Path

import pytest
from mmengine.logging import MMLogger

from mmfer.engine import test as run_test
from mmfer.engine import train
from mmfer.engine.hooks.class_order_hook import describe_difference
from tests.helpers import CLASSES, tiny_config

REVERSED = tuple(reversed(CLASSES))


@pytest.fixture(scope='module')
def checkpoint(image_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('trained')
    train(tiny_config(folder, image_folder), validate=False)
    return folder / 'work' / 'epoch_1.pth'


def reordered(folder: Path, data: Path):
    options = {
        f'{part}_dataloader.dataset.metainfo.classes': REVERSED for part in ('train', 'test')
    }
    return tiny_config(folder, data, options)


def test_a_head_with_a_wrong_number_of_outputs_is_an_error(
    image_folder: Path, tmp_path: Path
) -> None:
    options = {'model.head.num_classes': len(CLASSES) + 2}
    with pytest.raises(
        ValueError, match=rf'has {len(CLASSES) + 2} outputs.*{len(CLASSES)} classes'
    ):
        train(tiny_config(tmp_path, image_folder, options), validate=False)


def test_equal_classes_are_accepted(checkpoint: Path, image_folder: Path, tmp_path: Path) -> None:
    assert 'accuracy/top1' in run_test(tiny_config(tmp_path, image_folder), checkpoint)


def test_another_order_is_an_error_in_a_test(
    checkpoint: Path, image_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r'another order.*"anger" in the checkpoint, "sadness"'):
        run_test(reordered(tmp_path, image_folder), checkpoint)


def test_another_order_is_an_error_when_resuming(
    checkpoint: Path, image_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match='another order'):
        train(reordered(tmp_path, image_folder), resume=str(checkpoint))


def test_fine_tuning_warns(
    checkpoint: Path, image_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cfg = reordered(tmp_path, image_folder)
    cfg.load_from = str(checkpoint)
    cfg.custom_hooks = []
    logger_class = MMLogger
    handlers = logger_class.callHandlers
    try:
        logger_class.callHandlers = lambda self, record: (
            caplog.handler.handle(record),
            handlers(self, record),
        )
        train(cfg, validate=False)
    finally:
        logger_class.callHandlers = handlers
    assert 'Fine-tuning on other classes' in caplog.text


def test_the_description_names_the_differences() -> None:
    assert describe_difference(['a', 'b'], ('a', 'b')) is None
    text = describe_difference(['a', 'b', 'c'], ['a', 'd'])
    assert text is not None
    assert '3 classes in the checkpoint and 2' in text
    assert 'only in the checkpoint: b, c; only in the data set: d' in text


def test_a_long_list_of_identities_is_shortened() -> None:
    text = describe_difference([f'{i:05}' for i in range(85742)], ['a', 'b'])
    assert text is not None and len(text) < 1000
    assert '85742 classes in the checkpoint' in text and '00049 and 85692 more' in text
