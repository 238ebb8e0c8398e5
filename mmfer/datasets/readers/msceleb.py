"""MS-Celeb-1M: faces with identities, for pretraining."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmfer.datasets.face_dataset import FaceDataset
from mmfer.datasets.files.folders import check_no_loose_images
from mmfer.datasets.files.recordio import RecordImage, read_image_records
from mmfer.datasets.files.text_files import read_lines
from mmfer.datasets.official_counts import compare_counts
from mmfer.datasets.split import carve_validation
from mmfer.faces.image_folder import LeftOut, list_images, list_subfolders
from mmfer.reading import whole_number
from mmfer.registry import DATASETS


class Faces(Sequence):
    """The samples of a large data set, created on access.

    Args:
        paths: The N image files, or the one record file.
        labels: The classes, (N,).
        records: The numbers and offsets of the records, (N, 2), if ``paths`` is a record file.
    """

    def __init__(
        self, paths: np.ndarray | str, labels: np.ndarray, records: np.ndarray | None = None
    ) -> None:
        self.paths, self.labels, self.records = paths, labels, records

    def take(self, chosen: np.ndarray | slice) -> 'Faces':
        """A selection of the samples."""
        if self.records is None:
            return Faces(self.paths[chosen], self.labels[chosen])
        return Faces(self.paths, self.labels[chosen], self.records[chosen])

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.take(index)
        label = int(self.labels[index])
        if self.records is None:
            return {'img_path': str(self.paths[index]), 'gt_label': label}
        number, offset = self.records[index].tolist()
        return {
            'img_path': f'{self.paths}/{number:07}',
            'gt_label': label,
            'packed_image': RecordImage(str(self.paths), offset),
        }


@DATASETS.register_module()
class MSCeleb1M(FaceDataset):
    """MS-Celeb-1M (Guo et al. 2016): one class for each identity.

    The layout is a folder for each identity, or a record file of InsightFace (``train.rec`` with
    ``train.idx``), from which images are read one by one. If both exist, the record file is read.
    The classes are the identities, in alphabetical or numerical order: a model needs
    ``len(metainfo['classes'])`` classes. The ``img_path`` of an image in a record file is ``<path
    of the file>/<number of the record>``.

    Samples are created on access, so millions fit into memory.

    Args:
        data_root: The folder with the folders of identities or the record file.
        split: ``'train'``, or with ``val_ratio`` also ``'val'`` and ``'trainval'``.
        val_ratio: The share of each identity for validation, at least one image.
        val_seed: Seed of the draw of the validation part.
        **options: The options of :class:`FaceDataset` without ``metainfo`` and ``sidecar``.

    Raises:
        FileNotFoundError: If the data set does not exist.
        ValueError: If the record file is truncated, a folder has no image, images are next to the
            folders, or a part is empty.

    Example:
        >>> train = dict(type='MSCeleb1M', data_root='data/msceleb', split='train')
    """

    NAME = 'MS-Celeb-1M'
    ASK = (
        'its owners withdrew it; aligned packs are among the datasets of '
        'https://github.com/deepinsight/insightface ("MS-Celeb-1M: A dataset and benchmark for '
        'large-scale face recognition", Guo et al., ECCV 2016). Other faces with identities also '
        'work.'
    )
    LAYOUTS = ('<identity>/<image>', 'train.rec with train.idx')

    def __init__(
        self,
        data_root: str = 'data/msceleb',
        split: str = 'train',
        *,
        val_ratio: float = 0.0,
        val_seed: int = 0,
        **options: Any,
    ) -> None:
        self._check_option('split', split, ('train', 'val', 'trainval'))
        if split == 'val' and val_ratio == 0:
            raise ValueError(
                'MS-Celeb-1M has no validation part. Set val_ratio, such as 0.01, to draw one.'
            )
        self.val_ratio, self.val_seed = val_ratio, val_seed
        if options.get('subjects') is not None:
            raise ValueError(
                'MS-Celeb-1M cannot select subjects, because its classes are the identities. '
                'Remove subjects from the config.'
            )
        self.root = self.root_of(data_root)
        self.check_root()
        self.faces, identities = self._find(self.root)
        metainfo = {'classes': identities}
        super().__init__(
            data_root, split, metainfo=metainfo, sidecar=False, serialize_data=False, **options
        )

    def read_split(self) -> Faces:
        """The samples of the split, created on access.

        Raises:
            ValueError: If ``val_ratio`` leaves no image in the part.
        """
        faces = self.faces
        if self.val_ratio != 0 and self.split != 'trainval':
            mask = carve_validation(faces.labels, self.val_ratio, self.val_seed)
            faces = faces.take(mask if self.split == 'val' else ~mask)
            if not len(faces):
                raise ValueError(
                    f'val_ratio={self.val_ratio} leaves no image in the {self.split} part of '
                    f'"{self.root}": an identity needs two images to give one for validation. '
                    'Validate on other data.'
                )
        return faces

    def without_broken(self, samples: Sequence[Any]) -> Faces:
        """The samples with intact images."""
        faces: Any = samples
        if faces.records is None or (self.test_mode and self.broken == 'skip'):
            broken = self.find_broken(faces)
            if broken:
                faces = faces.take(np.array([face['img_path'] not in broken for face in faces]))
        return faces

    def _find(self, root: Path) -> tuple[Faces, tuple[str, ...]]:
        files = sorted(root.glob('[!.]*.rec'))
        if len(files) > 1:
            raise ValueError(
                f'"{root}" has {len(files)} record files: {", ".join(f.name for f in files)}. Give '
                'the training images their own folder.'
            )
        if files:
            return _read_records(files[0])
        left_out = LeftOut()
        folders = list_subfolders(root, left_out)
        if not folders:
            raise self.missing('folders of identities and no .rec file')
        check_no_loose_images(root, left_out=left_out)
        found = _read_folders(folders, left_out)
        left_out.tell(root)
        return found


def _read_records(path: Path) -> tuple[Faces, tuple[str, ...]]:
    numbers, offsets, identities = read_image_records(path)
    if not len(numbers):
        raise ValueError(f'"{path}" has no images. Copy the file and its .idx file again.')
    names, labels = np.unique(identities, return_inverse=True)
    _compare_with_property(path, len(names))
    faces = Faces(str(path), labels, np.stack([numbers, offsets], axis=1))
    return faces, tuple(map(str, names.tolist()))


def _compare_with_property(path: Path, count: int) -> None:
    """Compare with the number of identities in the property file of InsightFace's packs."""
    file = path.with_name('property')
    if file.is_file():
        _, line = next(iter(read_lines(file)), (0, ''))
        number = whole_number(line.split(',')[0].strip())
        if number is not None:
            found, told = {'all': count}, {'all': number}
            compare_counts('pack', path.parent, 'training', found, told, 'identities')


def _read_folders(folders: Sequence[Path], left_out: LeftOut) -> tuple[Faces, tuple[str, ...]]:
    paths: list[str] = []
    counts = []
    for folder in folders:
        images = list_images(folder, True, left_out)
        if not images:
            raise ValueError(f'The folder "{folder}" has no image. Add images, or remove it.')
        paths += map(str, images)
        counts.append(len(images))
    labels = np.repeat(np.arange(len(folders)), counts)
    return Faces(np.array(paths), labels), tuple(folder.name for folder in folders)
