import shutil
from pathlib import Path

from mmengine.dataset import ConcatDataset, RepeatDataset

from mmfer.datasets import ExpressionFolder, MSCeleb1M
from mmfer.datasets.sample_digest import sample_digest
from tests.datasets.disk import write_image
from tests.datasets.official import write_pack


def reader(root: Path, classes: str = 'ab') -> ExpressionFolder:
    return ExpressionFolder(str(root), classes=list(classes))


def test_neither_place_nor_order_matter(tmp_path: Path) -> None:
    for i, name in enumerate(('a/0', 'a/1', 'b/0')):
        write_image(tmp_path / f'one/train/{name}.png', seed=i)
    shutil.copytree(tmp_path / 'one', tmp_path / 'two')
    one = sample_digest(reader(tmp_path / 'one'))
    assert one == sample_digest(reader(tmp_path / 'two'))
    assert one == sample_digest(RepeatDataset(reader(tmp_path / 'two'), 2))
    joined = [reader(tmp_path / name) for name in ('one', 'two')]
    assert sample_digest(ConcatDataset(joined)) == sample_digest(ConcatDataset(joined[::-1]))
    relabeled = sample_digest(reader(tmp_path / 'two', 'ba'))
    assert relabeled == one | {'labels': relabeled['labels']} != one
    write_image(tmp_path / 'two/train/b/1.png')
    assert sample_digest(reader(tmp_path / 'two'))['paths'] != one['paths']


def test_images_of_packed_files(tmp_path: Path) -> None:
    digests = []
    for name, identities in (('a', (7, 7, 9)), ('b', (7, 7, 9)), ('c', (7, 9, 9))):
        write_pack(tmp_path / name, identities)
        digests.append(sample_digest(MSCeleb1M(str(tmp_path / name))))
    assert digests[0] == digests[1]
    assert digests[0]['labels'] != digests[2]['labels']
