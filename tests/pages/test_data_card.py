from pathlib import Path

from mmfer.apis.model import TrainedModel
from mmfer.engine import load_config
from mmfer.pages.data_card import data_section
from mmfer.pages.page import Table, Text
from mmfer.registry import register_all_modules
from tests.subjects import write_subject_config, write_subjects


def test_counts_images_classes_and_persons(tested):
    trained = TrainedModel.load(tested.config, tested.checkpoint)
    sources, classes = data_section(trained).blocks
    assert [row[:2] for row in sources.rows] == [
        ['train', 'RAFDB'],
        ['val', 'RAFDB'],
        ['test', 'RAFDB'],
    ]
    assert sum(int(row[4]) for row in sources.rows if row[0] != 'val') == 24
    assert all(int(row[5]) >= 1 for row in sources.rows)
    test = trained.dataset('test')
    labels = [test.get_data_info(i)['gt_label'] for i in range(len(test))]
    names = test.metainfo['classes']
    assert [(row[0], int(row[3])) for row in classes.rows] == [
        (name, labels.count(i)) for i, name in enumerate(names)
    ]


def test_a_part_that_is_not_there_is_named(tested):
    options = {'train_dataloader.dataset.data_root': 'nowhere'}
    config = load_config(tested.config, options=options)
    trained = TrainedModel(config, TrainedModel.load(tested.config, tested.checkpoint).model)
    blocks = data_section(trained).blocks
    assert isinstance(blocks[0], Table) and len(blocks[0].rows) == 2
    assert isinstance(blocks[-1], Text) and 'The train part cannot be read' in blocks[-1].text


def test_joined_data_sets_are_counted_one_by_one(tmp_path: Path) -> None:
    first = write_subjects(tmp_path / 'first')
    second = write_subjects(tmp_path / 'second', {'sub01': (0, 1), 'sub02': (2,)})
    extra = f"""
two = [dict(dataset, data_root=root, split='train') for root in (r'{first}', r'{second}')]
train_dataloader['dataset'] = dict(type='RepeatDataset', times=2,
                                   dataset=dict(type='ConcatDataset', datasets=two))
"""
    register_all_modules()
    config = load_config(write_subject_config(tmp_path / 'tiny.py', first, extra))
    rows = data_section(TrainedModel(config, None)).blocks[0].rows
    assert [row[2:] for row in rows[:2]] == [
        [str(first), 'train', '12', '3'],
        [str(second), 'train', '3', '2'],
    ]
