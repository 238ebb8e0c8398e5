"""CASME II: one frame of each clip of a micro-expression."""

from typing import Any

from mmfer.datasets.readers.clip_release.reader import MicroExpressions
from mmfer.labels.micro_expressions import CASME2 as RELEASE
from mmfer.registry import DATASETS


@DATASETS.register_module()
class CASME2(MicroExpressions):
    """CASME II (Yan et al. 2014): 255 clips of 26 subjects at 200 frames/s; one frame of each.

    The files are ``CASME2-coding-20140508.xlsx`` and the frames
    ``CASME2_RAW_selected/sub01/EP02_01f/img46.jpg`` (or ``sub01/...`` in the data root),
    or the registered, cropped ones, ``Cropped/sub01/EP02_01f/reg_img46.jpg``.

    Args:
        data_root: The folder with the coding file.
        split: See :class:`MicroExpressions`.
        **options: The options of :class:`MicroExpressions`. ``num_classes`` is 5 (others, disgust,
            happiness, repression, surprise), or 3 (negative: disgust, repression, sadness or fear;
            positive; surprise).

    Raises:
        FileNotFoundError: As in :class:`MicroExpressions`.
        ValueError: As in :class:`MicroExpressions`.

    Example:
        >>> train = dict(type='CASME2', data_root='data/casme2', num_classes=5, frame='apex')
    """

    RELEASE = RELEASE

    def __init__(self, data_root: str = 'data/casme2', split: str = 'train', **options: Any):
        super().__init__(data_root, split, **options)
