"""Layouts: the files of real data sets, written for rendered samples."""

from mmfer.synthetic.layouts.affectnet import AffectNetLayout
from mmfer.synthetic.layouts.casme2 import CASME2Layout
from mmfer.synthetic.layouts.celeba import CelebALayout
from mmfer.synthetic.layouts.clips import ClipLayout
from mmfer.synthetic.layouts.ferplus import FERPlusLayout
from mmfer.synthetic.layouts.fgemotions import FGEmotionsLayout
from mmfer.synthetic.layouts.ifer import IFERLayout
from mmfer.synthetic.layouts.layout import ImageLayout, Layout
from mmfer.synthetic.layouts.more_clips import (
    CASME3Layout,
    CASMESquaredLayout,
    MMEWLayout,
    SAMMLayout,
    SAMMLongLayout,
    SMICLayout,
)
from mmfer.synthetic.layouts.rafdb import RAFDBLayout

LAYOUTS: dict[str, type[Layout]] = {
    layout.name: layout
    for layout in (
        AffectNetLayout,
        CASME2Layout,
        CASME3Layout,
        CASMESquaredLayout,
        CelebALayout,
        FERPlusLayout,
        FGEmotionsLayout,
        IFERLayout,
        MMEWLayout,
        RAFDBLayout,
        SAMMLayout,
        SAMMLongLayout,
        SMICLayout,
    )
}

__all__ = [
    'LAYOUTS',
    'AffectNetLayout',
    'CASME2Layout',
    'CASME3Layout',
    'CASMESquaredLayout',
    'CelebALayout',
    'ClipLayout',
    'FERPlusLayout',
    'FGEmotionsLayout',
    'IFERLayout',
    'ImageLayout',
    'Layout',
    'MMEWLayout',
    'RAFDBLayout',
    'SAMMLayout',
    'SAMMLongLayout',
    'SMICLayout',
    'build_layout',
]


def build_layout(name: str) -> Layout:
    """Build a layout from its name.

    Raises:
        ValueError: If no layout has this name.
    """
    if name not in LAYOUTS:
        raise ValueError(f'There is no layout "{name}". Use one of: {", ".join(LAYOUTS)}.')
    return LAYOUTS[name]()
