"""A reader."""

from typing import Any

from mmfer.datasets import ExpressionDataset, class_index, list_images
from mmfer.registry import DATASETS


@DATASETS.register_module()
class NamedImages(ExpressionDataset):
    """Images whose names begin with the class: ``train/calm_001.jpg``, ``test/crying_017.jpg``.

    Example:
        >>> dict(type='NamedImages', data_root='data/mine', classes=['calm', 'crying'])
    """

    NAME = 'named images'
    ASK = 'use your own images.'
    LAYOUTS = ('{split}/<class>_<number>.jpg',)

    def read_samples(self, part: str) -> list[dict[str, Any]]:
        """The samples of a part."""
        classes = self.metainfo['classes']
        return [
            {
                'img_path': str(path),
                'gt_label': class_index(path.stem.split('_')[0], classes, str(path)),
            }
            for path in list_images(self.root / part)
        ]
