"""Class folders and csv files, the two forms in which images with a class are handed out."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from mmfer.datasets.files.class_matching import class_index, normal_form
from mmfer.datasets.files.csv_files import csv_table
from mmfer.faces.image import IMAGE_SUFFIXES
from mmfer.labels import LabelTree

Sample = dict[str, Any]


def list_subfolders(folder: Path) -> list[Path]:
    """The folders in a folder, sorted, without hidden ones."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith('.'))


def list_images(folder: Path, deep: bool = True) -> list[Path]:
    """The image files in a folder, or anywhere below it, sorted, without hidden ones."""
    found = folder.rglob('*') if deep else folder.glob('*')
    return sorted(
        p for p in found if p.suffix.lower() in IMAGE_SUFFIXES and not p.name.startswith('.')
    )


def check_no_loose_images(folder: Path, others: Collection[str] = ()) -> None:
    """Check that no images lie beside the class folders, but for ``others``.

    Raises:
        ValueError: If some do.
    """
    loose = [path for path in list_images(folder, deep=False) if path.name not in others]
    if loose:
        raise ValueError(
            f'{len(loose)} images, such as {loose[0].name}, lie in "{folder}" beside the class '
            'folders and have no class. Move them into a class folder or remove them.'
        )


def read_class_folders(
    folder: Path, names: Sequence[str], others: Collection[str] = ()
) -> list[Sample]:
    """Samples of ``<folder>/<class>/**/<image>``; the label is the index of the name.

    Args:
        folder: The folder.
        names: The classes, in the order of their label indices.
        others: Folders and images to leave alone.

    Raises:
        ValueError: If a folder is no class, or an image lies beside the class folders.
    """
    check_no_loose_images(folder, others)
    return [
        {'img_path': str(path), 'gt_label': class_index(sub.name, names, f'Folder "{sub}"')}
        for sub in list_subfolders(folder)
        if sub.name not in others
        for path in list_images(sub)
    ]


def has_coarse_folders(folder: Path) -> bool:
    """Whether the folders below hold folders, as ``<coarse>/<fine>/`` does, or images.

    Raises:
        ValueError: If some hold folders and others images.
    """
    coarse = [sub.name for sub in list_subfolders(folder) if list_subfolders(sub)]
    fine = [sub.name for sub in list_subfolders(folder) if list_images(sub, deep=False)]
    if coarse and fine:
        raise ValueError(
            f'"{folder}" mixes two layouts: {", ".join(coarse[:3])} hold folders as '
            f'<coarse>/<fine>/ does, {", ".join(fine[:3])} hold images as <fine>/ does. Bring all '
            'into one layout.'
        )
    return bool(coarse)


def read_tree_folders(folder: Path, tree: LabelTree) -> list[Sample]:
    """Samples of ``<folder>/<coarse>/<fine>/<image>``.

    Raises:
        ValueError: If a folder is no class of its level, or stands under another coarse class
            than in the tree.
    """
    check_no_loose_images(folder)
    samples = []
    for top in list_subfolders(folder):
        coarse = class_index(top.name, tree.coarse, f'Folder "{top}"')
        part = read_class_folders(top, tree.fine)
        for sample in part:
            parent = tree.parents[sample['gt_label']]
            if parent != coarse:
                raise ValueError(
                    f'Folder "{Path(sample["img_path"]).parent}": the label tree has '
                    f'{tree.fine[sample["gt_label"]]} under {tree.coarse[parent]}, not under '
                    f'{top.name}. Move the folder or give the matching label_tree.'
                )
        samples += part
    return samples


def read_csv(path: Path, data_root: Path, classes: Sequence[str] | None) -> list[Sample]:
    """Samples of a csv file with the columns ``path`` and ``fine``, or ``path`` and ``label``.

    The path is relative to ``data_root`` or absolute. A column ``subject`` tells who is shown;
    other columns are left alone. Without ``classes`` the samples have no ``gt_label``.

    Raises:
        FileNotFoundError: If a row names a file that is not there.
        ValueError: If a column is missing, a row is cut short, or its label is no class.
    """
    head, rows = csv_table(path)
    columns = [normal_form(name) for name in head]
    label = 'fine' if 'fine' in columns else 'label'
    if not {'path', label} <= set(columns):
        raise ValueError(
            f'"{path}" lacks the column {"path" if "path" not in columns else "fine"}; its '
            f'first line has: {", ".join(columns) or "nothing"}. It must name the columns '
            'path and fine (or label).'
        )
    samples = []
    for where, cells in rows:
        row = dict(zip(columns, cells, strict=True))
        if not row['path'] or not row[label]:
            raise ValueError(f'{where}: the path or the class is empty. Complete the row.')
        image = data_root / row['path']
        if not image.is_file():
            raise FileNotFoundError(
                f'{where}: there is no file "{image}". Correct the path, which is relative to '
                f'"{data_root}", or remove the row.'
            )
        sample: Sample = {'img_path': str(image), 'where': where}
        if classes is not None:
            sample['gt_label'] = class_index(row[label], classes, where)
        if row.get('subject'):
            sample['subject'] = row['subject']
        samples.append(sample)
    return samples
