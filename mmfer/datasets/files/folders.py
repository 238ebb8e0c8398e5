"""Class folders, in which images with a class are handed out."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from mmfer.datasets.files.class_matching import class_index
from mmfer.faces.image_folder import LeftOut, list_images, list_subfolders
from mmfer.labels import LabelTree

Sample = dict[str, Any]


def check_no_loose_images(
    folder: Path, others: Collection[str] = (), left_out: LeftOut | None = None
) -> None:
    """Check that no images lie beside the class folders, but for ``others``.

    Args:
        folder: The folder of the class folders.
        others: Files to leave alone.
        left_out: Takes the other files beside the class folders.

    Raises:
        ValueError: If some do.
    """
    noted = LeftOut()
    loose = [path for path in list_images(folder, False, noted) if path.name not in others]
    if left_out is not None:
        noted.remove([folder / name for name in others])
        left_out.add(noted)
    if loose:
        raise ValueError(
            f'{len(loose)} images, such as {loose[0].name}, lie in "{folder}" beside the class '
            'folders and have no class. Move them into a class folder or remove them.'
        )


def read_class_folders(
    folder: Path,
    names: Sequence[str],
    others: Collection[str] = (),
    left_out: LeftOut | None = None,
) -> list[Sample]:
    """Samples of ``<folder>/<class>/**/<image>``; the label is the index of the name.

    Args:
        folder: The folder.
        names: The classes, in the order of their label indices.
        others: Folders and files to leave alone.
        left_out: Takes what else is left out. Without it, that is told in the log.

    Raises:
        ValueError: If a folder is no class, two folders are one class, or an image lies beside
            the class folders.
    """
    noted = LeftOut() if left_out is None else left_out
    check_no_loose_images(folder, others, noted)
    samples: list[Sample] = []
    folders: dict[int, Path] = {}
    for sub in list_subfolders(folder, noted):
        if sub.name in others:
            continue
        images = list_images(sub, True, noted)
        if not images:
            continue
        label = class_index(sub.name, names, f'Folder "{sub}"')
        if label in folders:
            raise ValueError(
                f'The folders "{folders[label]}" and "{sub}" are the same class, {names[label]}. '
                'Put their images into one folder.'
            )
        folders[label] = sub
        samples += [{'img_path': str(p), 'gt_label': label} for p in images]
    if left_out is None:
        noted.tell(folder)
    return samples


def has_coarse_folders(folder: Path) -> bool:
    """Whether the folders below hold folders, as ``<coarse>/<fine>/`` does, or images.

    Raises:
        ValueError: If some hold folders and others images.
    """
    subs = list_subfolders(folder)
    coarse = [sub.name for sub in subs if list_subfolders(sub)]
    fine = [sub.name for sub in subs if list_images(sub, False, LeftOut())]
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
    left_out = LeftOut()
    check_no_loose_images(folder, (), left_out)
    samples = []
    for top in list_subfolders(folder, left_out):
        coarse = class_index(top.name, tree.coarse, f'Folder "{top}"')
        part = read_class_folders(top, tree.fine, (), left_out)
        for sample in part:
            parent = tree.parents[sample['gt_label']]
            if parent != coarse:
                raise ValueError(
                    f'Folder "{Path(sample["img_path"]).parent}": the label tree has '
                    f'{tree.fine[sample["gt_label"]]} under {tree.coarse[parent]}, not under '
                    f'{top.name}. Move the folder or give the matching label_tree.'
                )
        samples += part
    left_out.tell(folder)
    return samples
