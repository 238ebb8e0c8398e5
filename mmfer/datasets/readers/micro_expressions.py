"""SMIC, SAMM, CAS(ME)^2, CAS(ME)^3 and MMEW: one frame of each clip of a micro-expression.

What differs between these data sets is in :mod:`mmfer.labels.micro_expressions`.
"""

from typing import Any

from mmfer.datasets.readers.clip_release.reader import MicroExpressions
from mmfer.labels import micro_expressions as releases
from mmfer.registry import DATASETS


@DATASETS.register_module()
class SMIC(MicroExpressions):
    """SMIC, high-speed part (Li et al. 2013): 164 clips of 16 subjects at 100 frames/s.

    The frames are ``SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01/reg_image000046.bmp``; folders
    tell subject and emotion. All frames of a clip belong to the expression, and no apex is coded:
    ``frame='apex'`` reads the middle.

    Args:
        data_root: The folder of ``SMIC_all_cropped``, of ``HS`` or of the subjects.
        split: See :class:`MicroExpressions`.
        **options: The options of :class:`MicroExpressions`. ``num_classes`` is 3: negative,
            positive, surprise.

    Raises:
        FileNotFoundError: As in :class:`MicroExpressions`.
        ValueError: As in :class:`MicroExpressions`.

    Example:
        >>> train = dict(type='SMIC', data_root='data/smic', frame='pair')
    """

    RELEASE = releases.SMIC

    def __init__(self, data_root: str = 'data/smic', split: str = 'train', **options: Any):
        super().__init__(data_root, split, **options)


@DATASETS.register_module()
class SAMM(MicroExpressions):
    """SAMM (Davison et al. 2018): 159 clips of 29 subjects at 200 frames/s.

    The files are ``SAMM_Micro_FACS_Codes_v2.xlsx``, whose headings lie below notes, and the frames
    ``006/006_1_2/006_05562.jpg`` (or in ``SAMM/``).

    Args:
        data_root: The folder with the coding file.
        split: See :class:`MicroExpressions`.
        **options: The options of :class:`MicroExpressions`. ``num_classes`` is 5 (anger, contempt,
            happiness, other, surprise) or 3 (negative, positive, surprise; without other).

    Raises:
        FileNotFoundError: As in :class:`MicroExpressions`.
        ValueError: As in :class:`MicroExpressions`.

    Example:
        >>> train = dict(type='SAMM', data_root='data/samm', num_classes=5)
    """

    RELEASE = releases.SAMM

    def __init__(self, data_root: str = 'data/samm', split: str = 'train', **options: Any):
        super().__init__(data_root, split, **options)


@DATASETS.register_module()
class CASMESquared(MicroExpressions):
    """CAS(ME)^2 (Qu et al. 2018): 57 micro-expressions of 22 subjects in videos at 30 frames/s.

    The files are ``CAS(ME)^2code_final.xlsx``, a sheet without headings and two sheets of names,
    and the frames of whole videos, ``rawpic/s15/15_0101disgustingteeth/img001.jpg``.
    Macro-expressions are not read.

    Args:
        data_root: The folder with the coding file.
        split: See :class:`MicroExpressions`.
        **options: The options of :class:`MicroExpressions`. ``num_classes`` is 4 (negative,
            positive, surprise, others) or 3 (without others).

    Raises:
        FileNotFoundError: As in :class:`MicroExpressions`.
        ValueError: As in :class:`MicroExpressions`.

    Example:
        >>> train = dict(type='CASMESquared', data_root='data/casme_squared', num_classes=3)
    """

    RELEASE = releases.CASME_SQUARED

    def __init__(self, data_root: str = 'data/casme_squared', split: str = 'train', **options: Any):
        super().__init__(data_root, split, **options)


@DATASETS.register_module()
class CASME3(MicroExpressions):
    """CAS(ME)^3, part A (Li et al. 2022): 860 micro-expressions at 30 frames/s.

    The files are ``cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx`` (or in ``annotation/``) and the
    frames, of clips (``Part_A_ME_clip/frame/spNO.1_a_355/355.jpg``) or of whole videos
    (``part_A/spNO.1/a/color/355.jpg``).

    Args:
        data_root: The folder with the coding file.
        split: See :class:`MicroExpressions`.
        **options: The options of :class:`MicroExpressions`. ``num_classes`` is 7 (disgust,
            surprise, others, fear, anger, sad, happy), 4 (negative, positive, surprise, others) or
            3 (without others).

    Raises:
        FileNotFoundError: As in :class:`MicroExpressions`.
        ValueError: As in :class:`MicroExpressions`.

    Example:
        >>> train = dict(type='CASME3', data_root='data/casme3', num_classes=4)
    """

    RELEASE = releases.CASME3

    def __init__(self, data_root: str = 'data/casme3', split: str = 'train', **options: Any):
        super().__init__(data_root, split, **options)


@DATASETS.register_module()
class MMEW(MicroExpressions):
    """MMEW (Ben et al. 2022): 300 micro-expressions of 36 subjects at 90 frames/s.

    The files are ``MMEW_Micro_Exp.xlsx`` and the frames
    ``Micro_Expression/surprise/S01-01-001/1.jpg``.

    Args:
        data_root: The folder with the coding file.
        split: See :class:`MicroExpressions`.
        **options: The options of :class:`MicroExpressions`. ``num_classes`` is 6 (surprise,
            disgust, happiness, fear, sadness, anger), 4 (surprise, disgust, happiness, others) or
            3 (negative, positive, surprise).

    Raises:
        FileNotFoundError: As in :class:`MicroExpressions`.
        ValueError: As in :class:`MicroExpressions`.

    Example:
        >>> train = dict(type='MMEW', data_root='data/mmew', num_classes=4)
    """

    RELEASE = releases.MMEW

    def __init__(self, data_root: str = 'data/mmew', split: str = 'train', **options: Any):
        super().__init__(data_root, split, **options)
