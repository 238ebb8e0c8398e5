"""FG-Emotions (Liang et al. 2021)."""

import csv
from pathlib import Path
from typing import Any

from mmfer.datasets.base import ExpressionDataset, list_images
from mmfer.labels import LabelTree
from mmfer.registry import DATASETS

WHERE_TO_ASK = (
    'FG-Emotions is handed out by the authors of "Fine-Grained Facial Expression Recognition in '
    'the Wild" (IEEE TIFS 2021). Layouts read: {train,test}/<fine>/, '
    '{train,test}/<coarse>/<fine>/, or train.csv and test.csv with the columns path,fine. '
    'A rendered stand-in in the same layout: '
    'python tools/render_synthetic.py fgemotions %s --preset standard'
)


@DATASETS.register_module()
class FGEmotions(ExpressionDataset):
    """33 fine-grained expressions under 6 coarse ones (7,245 training, 3,126 test images).

    Args:
        data_root: The folder with ``train`` and ``test``.
        label_tree: The classes as a tree: a file or shipped name (:meth:`LabelTree.load`).
        **kwargs: See :class:`ExpressionDataset`.

    Raises:
        FileNotFoundError: If the folder is not there, or a csv names a missing image.
        ValueError: If a folder or label is outside the tree, or a csv lacks a column.

    Example:
        >>> dataset = dict(type='FGEmotions', data_root='data/fgemotions', split='train')
    """

    def __init__(self, data_root: str, label_tree: str = 'fgemotions', **kwargs: Any) -> None:
        self.tree = LabelTree.load(label_tree)
        metainfo = dict(
            classes=self.tree.fine, coarse_classes=self.tree.coarse, parents=self.tree.parents
        )
        super().__init__(
            data_root=data_root, metainfo={**metainfo, **kwargs.pop('metainfo', {})}, **kwargs
        )

    def read_samples(self, root: Path, part: str) -> list[dict[str, Any]]:
        table, folder = root / f'{part}.csv', root / part
        if table.is_file():
            pairs = self._from_csv(table)
        elif folder.is_dir():
            pairs = self._from_folders(folder)
        else:
            raise FileNotFoundError(
                f'No FG-Emotions {part} set: neither "{folder}" nor "{table}" is there. '
                + WHERE_TO_ASK % root
            )
        return [
            dict(
                img_path=str(path),
                gt_label=(label := self.tree.fine.index(fine)),
                coarse_label=self.tree.parents[label],
            )
            for path, fine in pairs
        ]

    def _from_folders(self, folder: Path) -> list[tuple[Path, str]]:
        pairs = []
        for child in sorted(p for p in folder.iterdir() if p.is_dir()):
            # `anger` and `surprise` name a coarse and a fine class: the content decides.
            nested = sorted(p for p in child.iterdir() if p.is_dir())
            if child.name in self.tree.coarse and nested:
                members = {
                    fine
                    for fine, parent in zip(self.tree.fine, self.tree.parents, strict=True)
                    if self.tree.coarse[parent] == child.name
                }
                pairs += [self._class_of(p, members, f'coarse class {child.name}') for p in nested]
            else:
                pairs.append(self._class_of(child, set(self.tree.fine), 'label tree'))
        return [(image, fine) for path, fine in pairs for image in list_images(path)]

    def _class_of(self, folder: Path, members: set[str], where: str) -> tuple[Path, str]:
        if folder.name not in members:
            raise ValueError(
                f'The folder "{folder}" is none of the fine classes of the {where}: '
                f'{", ".join(sorted(members))}. Rename or remove it, or give another label_tree.'
            )
        return folder, folder.name

    def _from_csv(self, table: Path) -> list[tuple[Path, str]]:
        pairs = []
        with table.open(newline='', encoding='utf-8-sig') as file:
            reader = csv.DictReader(file)
            missing = {'path', 'fine'} - set(reader.fieldnames or ())
            if missing:
                raise ValueError(
                    f'{table} lacks the column {", ".join(sorted(missing))}; it has '
                    f'{", ".join(reader.fieldnames or ())}. The first line must be path,fine.'
                )
            for number, row in enumerate(reader, 2):
                path = table.parent / row['path']
                if row['fine'] not in self.tree.fine:
                    raise ValueError(
                        f'{table}, line {number}: the label "{row["fine"]}" is outside the label '
                        'tree. Correct it, or give another label_tree.'
                    )
                if not path.is_file():
                    raise FileNotFoundError(
                        f'{table}, line {number}: no image at "{path}". Paths are relative to '
                        f'"{table.parent}".'
                    )
                pairs.append((path, row['fine']))
        return pairs
