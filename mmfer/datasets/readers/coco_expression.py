"""Reader of faces with classes in a COCO-style JSON file."""

from pathlib import Path
from typing import Any

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.coco_files import parse_face, read_coco
from mmfer.registry import DATASETS


@DATASETS.register_module()
class CocoExpression(ExpressionDataset):
    """Any data set with a COCO-style JSON file ``annotations/<split>.json``.

    Every annotation is a sample, so an image with several faces gives several samples, each with
    ``face_box`` for the transform ``CropFace``. The classes are the categories in the order of
    their ids; if each category has a ``supercategory``, these are the coarse classes. See
    :func:`mmfer.datasets.files.coco_files.parse_face` for the fields.

    Args:
        data_root: The folder of the data set.
        split: See :class:`ExpressionDataset`.
        ann_file: The JSON file, relative to ``data_root``; ``{split}`` stands for the part.
        img_prefix: The folder, relative to ``data_root``, that contains the ``file_name`` paths.
        **options: The options of :class:`ExpressionDataset` without ``classes``, ``label_tree``
            and ``sidecar``.

    Raises:
        FileNotFoundError: If the JSON file or an image does not exist.
        ValueError: If the JSON file is faulty; the message names the entry.

    Example:
        >>> train = dict(type='CocoExpression', data_root='data/mine', split='train',
        ...              ann_file='annotations/{split}.json', img_prefix='images')
    """

    SEVERAL_FACES = True
    NAME = 'in COCO style'
    ASK = 'write the file from your own annotations; docs/datasets.md shows the format.'
    IF_ABSENT = 'Correct file_name or img_prefix.'
    LAYOUTS = ('annotations/{split}.json with images, annotations and categories',)

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        *,
        ann_file: str = 'annotations/{split}.json',
        img_prefix: str = '',
        **options: Any,
    ) -> None:
        self.annotations, self.image_folder = ann_file, img_prefix
        self.root = self.root_of(data_root)
        carved = options.get('val_ratio', 0) != 0
        first = split if split == 'test' or (split == 'val' and not carved) else 'train'
        coco = read_coco(self._ann_path(first))
        categories = [coco.cats[i] for i in sorted(coco.cats)]
        self.labels = {category['id']: i for i, category in enumerate(categories)}
        classes = [category['name'] for category in categories]
        coarse = _coarse(categories)
        # The JSON file already contains everything that a sidecar may contain.
        super().__init__(
            data_root, split, classes=classes, coarse_classes=coarse, sidecar=False, **options
        )

    def _ann_path(self, part: str) -> Path:
        name = self.annotations.replace('{split}', part)
        path = self.root / name
        if not path.is_file():
            raise self.missing(name, part)
        return path

    def read_samples(self, part: str) -> list[Sample]:
        """Read the faces of a part.

        Raises:
            ValueError: If the classes of the file or of a face are wrong.
        """
        path = self._ann_path(part)
        coco = read_coco(path)
        classes = self._metainfo['classes']
        names = tuple(coco.cats[i]['name'] for i in sorted(coco.cats))
        if names != classes:
            raise ValueError(
                f'"{path}" has the classes {", ".join(names)}, but the split "{self.split}" has '
                f'{", ".join(classes)}. Give both the same categories, in the same order.'
            )
        samples = []
        for number in sorted(coco.anns):
            face = coco.anns[number]
            name = coco.imgs[face['image_id']]['file_name']
            where = f'{path}, annotation {number} of {name}'
            image = self.root / self.image_folder / name
            sample = {
                'img_path': str(image),
                'gt_label': self.labels[face['category_id']],
                'where': where,
                **parse_face(face, classes, where),
            }
            if 'clean_category_id' in face:
                clean = face['clean_category_id']
                if type(clean) not in (int, str) or clean not in self.labels:
                    raise ValueError(
                        f'{where}: clean_category_id {clean!r} is not a category. Correct this id.'
                    )
                sample['clean_label'] = self.labels[clean]
            samples.append(sample)
        return samples


def _coarse(categories: list[dict[str, Any]]) -> list[str] | None:
    """The coarse class of each category; None if supercategories are missing or do not group."""
    names = [category.get('supercategory') or '' for category in categories]
    own = [category['name'] for category in categories]
    return names if all(names) and len(set(names)) > 1 and names != own else None
