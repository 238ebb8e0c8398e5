"""FG-Emotions: 33 fine classes under 6 coarse ones."""

from collections.abc import Sequence
from typing import Any, ClassVar

from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.folders import has_coarse_folders, read_tree_folders
from mmfer.datasets.readers.expression_folder import ExpressionFolder
from mmfer.labels import LabelTree
from mmfer.registry import DATASETS


@DATASETS.register_module()
class FGEmotions(ExpressionFolder):
    """FG-Emotions (Liang et al. 2021), key frames of films and series.

    Three layouts are read: ``{train,test}/<fine>/``, ``{train,test}/<coarse>/<fine>/``, and a csv
    ``{train,test}.csv`` with the columns ``path`` and ``fine``. The order of the classes is that
    of the label tree's leaves.

    Args:
        data_root: The folder of the data set.
        split: See :class:`ExpressionDataset`.
        label_tree: A name shipped with mmfer, or a JSON file ``{coarse: [fine, ...]}``.
        **options: The options of :class:`ExpressionDataset`.

    Raises:
        FileNotFoundError: If the data set is not there; the message tells where to ask for it and
            how to render a stand-in.
        ValueError: If a class is not in the tree, or stands under another coarse class there.

    Example:
        >>> train = dict(type='FGEmotions', data_root='data/fgemotions', split='train')
    """

    NAME = 'FG-Emotions'
    LAYOUTS: ClassVar[Sequence[str]] = (
        '{split}/<fine>/<image>',
        '{split}/<coarse>/<fine>/<image>',
        '{split}.csv with the columns path,fine',
    )
    ASK = (
        'ask the authors of "Fine-grained facial expression recognition in the wild", Liang et '
        'al., IEEE Transactions on Information Forensics and Security 16, 2021.'
    )
    RENDERER = 'fgemotions'

    def __init__(
        self,
        data_root: str = 'data/fgemotions',
        split: str = 'train',
        *,
        label_tree: str = 'fgemotions',
        **options: Any,
    ) -> None:
        self.tree = LabelTree.load(label_tree)
        super().__init__(data_root, split, classes=self.tree.fine, label_tree=label_tree, **options)

    def read_folder(self, part: str) -> list[Sample]:
        """Read the class folders of a part, in either layout."""
        folder = self.root / part
        if has_coarse_folders(folder):
            return read_tree_folders(folder, self.tree)
        return super().read_folder(part)
