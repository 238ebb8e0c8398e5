from pathlib import Path

import pytest

from mmfer.datasets import FGEmotions
from mmfer.labels import LabelTree
from mmfer.registry import DATASETS
from tests.datasets.disk import FINE, write_fg_emotions, write_image


@pytest.mark.parametrize('coarse', [False, True])
def test_both_folder_layouts_give_equal_samples(tmp_path: Path, coarse: bool) -> None:
    tree = write_fg_emotions(tmp_path, coarse=coarse)
    data = FGEmotions(str(tmp_path), label_tree=tree)
    assert data.metainfo['classes'] == FINE
    names = [Path(i['img_path']).parent.name for i in map(data.get_data_info, range(12))]
    assert [FINE[label] for label in data.get_gt_labels()] == names


def test_the_real_tree_is_the_default(tmp_path: Path) -> None:
    tree = LabelTree.load('fgemotions')
    for name in tree.fine:
        write_image(tmp_path / 'test' / name / 'a.jpg')
    data = FGEmotions(str(tmp_path), 'test')
    assert len(data) == 33
    assert data.metainfo['coarse_classes'] == tree.coarse
    assert sorted(data.get_gt_labels()) == list(range(33))


def test_a_csv_is_read_with_its_sample_index(tmp_path: Path) -> None:
    tree = write_fg_emotions(tmp_path)
    rows = [f'train/{name}/1.png,{name}' for name in reversed(FINE)]
    (tmp_path / 'train.csv').write_text('\n'.join(['path,fine', *rows]))
    data = FGEmotions(str(tmp_path), label_tree=tree)
    assert data.get_gt_labels().tolist() == [3, 2, 1, 0]
    assert [data.get_data_info(i)['sample_idx'] for i in range(4)] == [0, 1, 2, 3]


def test_one_image_in_two_rows_is_an_error(tmp_path: Path) -> None:
    tree = write_fg_emotions(tmp_path)
    (tmp_path / 'train.csv').write_text(
        'path,fine\ntrain/hate/0.png,hate\ntrain/hate/0.png,panic\n'
    )
    with pytest.raises(ValueError, match=r'listed twice: .*line 2 and .*line 3'):
        FGEmotions(str(tmp_path), label_tree=tree)


def test_a_label_outside_the_tree_is_an_error(tmp_path: Path) -> None:
    tree = write_fg_emotions(tmp_path)
    write_image(tmp_path / 'train' / 'boredom' / 'a.png')
    with pytest.raises(ValueError, match=r'Folder ".*boredom": "boredom" is not a class'):
        FGEmotions(str(tmp_path), label_tree=tree)


def test_the_error_for_a_missing_data_set_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        FGEmotions(str(tmp_path / 'fg'))
    message = str(caught.value)
    for part in (
        'Liang',
        f'{tmp_path}/fg/train/<coarse>/<fine>/<image>',
        'train.csv with the columns path,fine',
        f'mmfer render fgemotions {tmp_path}/fg --preset standard',
    ):
        assert part in message


def test_lazy_init_reads_nothing(tmp_path: Path) -> None:
    data = DATASETS.build({'type': 'FGEmotions', 'data_root': str(tmp_path), 'lazy_init': True})
    assert len(data.metainfo['classes']) == 33
