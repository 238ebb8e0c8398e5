"""Facts of the official releases of data sets."""

from mmfer.labels import AFFECTNET_CLASSES, IFER_CLASSES, RAFDB_CLASSES, micro_expressions
from mmfer.labels import releases as facts
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts import casme2_coding as coding_layout


def test_counts_sum_to_the_published_sizes() -> None:
    assert [sum(counts) for counts in facts.RAFDB_COUNTS.values()] == [12271, 3068]
    assert sum(facts.IFER_COUNTS) == 10_240
    sizes = [sum(counts) for counts in facts.AFFECTNET_COUNTS.values()]
    assert sizes == [287_651, 4000, 287_651, 3999]
    assert sum(facts.CELEBA_COUNTS.values()) == 202_599
    assert sum(facts.CASME2_EMOTIONS.values()) == 255


def test_counts_have_one_number_for_each_class() -> None:
    assert {len(counts) for counts in facts.RAFDB_COUNTS.values()} == {len(RAFDB_CLASSES)}
    assert len(facts.IFER_COUNTS) == len(IFER_CLASSES)
    assert {len(c) for c in facts.AFFECTNET_COUNTS.values()} == {len(AFFECTNET_CLASSES)}


def test_parts_of_celeba_start_where_the_part_before_ends() -> None:
    train, val = facts.CELEBA_COUNTS['train'], facts.CELEBA_COUNTS['val']
    assert {'train': 1, 'val': 1 + train, 'test': 1 + train + val} == facts.CELEBA_STARTS


def test_layouts_have_the_classes_that_the_readers_expect() -> None:
    assert build_layout('affectnet').classes == AFFECTNET_CLASSES
    assert build_layout('ifer').classes == IFER_CLASSES


def test_the_rendered_coding_file_has_the_columns_that_the_reader_needs() -> None:
    rendered = tuple(filter(None, coding_layout.COLUMNS))
    assert rendered == facts.CASME2_COLUMNS == tuple(micro_expressions.CASME2.columns.values())
