"""What readers and the layouts of renderings both say of a data set is the same.

The layouts keep facts of their own because they are part of the renderer's version.
"""

from typing import Any

import pytest

from mmfer.datasets.readers import (
    affectnet_forms,
    casme2,
    casme2_coding,
    casme2_spans,
    celeba,
    ferplus_files,
    ifer,
    rafdb,
)
from mmfer.labels import AFFECTNET_CLASSES, IFER_CLASSES
from mmfer.synthetic.expressions import micro_expressions
from mmfer.synthetic.layouts import affectnet as affectnet_layout
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts import casme2_coding as coding_layout
from mmfer.synthetic.layouts import celeba as celeba_layout

FACTS = {
    'affectnet classes': (affectnet_layout.AffectNetLayout.classes, AFFECTNET_CLASSES),
    'affectnet columns': (affectnet_layout.COLUMNS, affectnet_forms.CSV_COLUMNS),
    'affectnet files': (affectnet_layout.AffectNetLayout.files, affectnet_forms.CSV_FILES),
    'casme2 columns': (
        tuple(filter(None, coding_layout.COLUMNS)),
        casme2_coding.COLUMNS,
    ),
    'casme2 emotions': (
        dict(zip(micro_expressions.EMOTIONS, micro_expressions.COUNTS, strict=True)),
        casme2.EMOTIONS,
    ),
    'casme2 file': (coding_layout.CODING_FILE, casme2_coding.CODING_FILE),
    'casme2 frames': (coding_layout.FRAMES, casme2_spans.FRAME_FOLDERS[0]),
    'celeba folder': (celeba_layout.FOLDER, celeba.IMAGES),
    'celeba parts': (build_layout('celeba').partitions, celeba.PARTS),
    'celeba starts': (
        build_layout('celeba').starts,
        {
            'train': 1,
            'val': 1 + celeba.COUNTS['train'],
            'test': 1 + celeba.COUNTS['train'] + celeba.COUNTS['val'],
        },
    ),
    'ferplus usages': (build_layout('ferplus').usages, ferplus_files.USAGES),
    'ifer classes': (build_layout('ifer').classes, IFER_CLASSES),
    'ifer counts': (build_layout('ifer').shares['all'], ifer.COUNTS),
    'rafdb counts': (build_layout('rafdb').shares, rafdb.COUNTS),
}


@pytest.mark.parametrize('fact', FACTS)
def test_readers_and_layouts_agree(fact: str) -> None:
    of_layout, of_reader = FACTS[fact]
    assert plain(of_layout) == plain(of_reader)


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value
