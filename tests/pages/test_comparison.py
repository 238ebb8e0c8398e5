from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmfer.evaluation import Predictions
from mmfer.pages.comparison import compare, p_text, write_comparison
from tests.pages.html_page import ReadPage
from tests.pages.test_measures import predictions


def better(found: Predictions) -> Predictions:
    """The same predictions, right for two of three images."""
    samples = [
        {**s, 'pred_scores': np.eye(3)[s['gt_label']].tolist()} if i % 3 else s
        for i, s in enumerate(found.samples)
    ]
    return replace(found, samples=samples)


def test_differences_are_second_minus_first():
    first = predictions(persons=True)
    found = compare(first, better(first), ('plain', 'better'), draws=50)
    accuracy = found.differences['accuracy']
    assert accuracy.difference == pytest.approx(
        found.second.report['accuracy'] - found.first.report['accuracy']
    )
    assert accuracy.difference > 20 and accuracy.p_value < 0.05
    assert found.test.only_first == 0 and found.test.only_second > 10
    row = found.rows(each=False)[0]
    assert row[0] == 'accuracy' and row[3] == f'{accuracy.difference:+.2f}'
    assert [row[0] for row in found.rows(each=True)] == ['a', 'b', 'c']


def test_the_order_of_the_images_does_not_matter():
    first = predictions()
    second = better(first)
    turned = replace(second, samples=second.samples[::-1])
    assert compare(first, turned, ('a', 'b'), 9).test == compare(first, second, ('a', 'b'), 9).test


def test_the_page(tmp_path: Path):
    first = predictions(persons=True)
    out = tmp_path / 'page.html'
    write_comparison(compare(first, better(first), ('<plain>', 'better'), draws=9), out)
    found = ReadPage(out.read_text(encoding='utf-8'))
    assert 'first: <plain>' in found.texts
    assert any('Exact test of McNemar: p' in text for text in found.texts)
    assert any('images of one person as independent' in text for text in found.texts)
    about = 'true classes in rows, predicted in columns.'
    assert found.alts == [
        f'Confusion matrix of "{name}": {about}' for name in ('<plain>', 'better')
    ]
    assert len(found.images) == 2


def test_attributes_have_no_test_of_mcnemar(tmp_path: Path):
    first = predictions(of_attributes=True)
    found = compare(first, first, ('a', 'b'), draws=9)
    assert found.test is None and 'no test of McNemar' in found.test_text()
    write_comparison(found, tmp_path / 'page.html')
    assert 'Accuracy of each attribute' in (tmp_path / 'page.html').read_text()


@pytest.mark.parametrize('parents', [[0, 1, 1], None])
def test_different_coarse_classes_are_not_compared(parents: list[int] | None, tmp_path: Path):
    tree = replace(predictions(), coarse_classes=['x', 'y'], parents=[0, 0, 1])
    other = replace(predictions(), coarse_classes=parents and ['x', 'y'], parents=parents)
    for first, second in ((tree, other), (other, tree)):
        found = compare(first, second, ('a', 'b'), draws=9)
        assert 'accuracy' in found.differences and 'coarse_accuracy' not in found.differences
        write_comparison(found, tmp_path / 'page.html')
        assert 'different coarse classes, so the coarse' in (tmp_path / 'page.html').read_text()


def test_the_same_coarse_classes_are_compared_in_any_order():
    tree = replace(predictions(), coarse_classes=['x', 'y'], parents=[0, 0, 1])
    turned = replace(tree, coarse_classes=['y', 'x'], parents=[1, 1, 0])
    found = compare(tree, turned, ('a', 'b'), draws=9)
    assert found.differences['coarse_accuracy'].difference == 0 and found.note == ''


def test_draws_of_persons_without_known_attributes_are_undefined(tmp_path: Path):
    found = predictions(of_attributes=True)
    samples = [
        {
            **sample,
            'subject': str(i // 20),
            'gt_score': sample['gt_score'] if i < 20 else [None] * 3,
        }
        for i, sample in enumerate(found.samples)
    ]
    some = replace(found, samples=samples)
    same = compare(some, some, ('a', 'b'), draws=50).differences
    assert same['mean_accuracy'].difference == same['of a'].difference == 0
    assert same['mean_accuracy'].interval is same['of a'].interval is None
    known = replace(found, samples=[{**s, 'subject': str(i)} for i, s in enumerate(found.samples)])
    assert compare(known, known, ('a', 'b'), 9).differences['mean_accuracy'].interval == (0, 0)


@pytest.mark.parametrize(
    ('first', 'second', 'said'),
    [
        (predictions(), predictions(of_attributes=True), 'the other of attributes'),
        (Predictions(['a'], []), Predictions(['a'], []), 'There are no predictions of "a"'),
        (predictions(60), predictions(59), 'there are 60 and 59 images'),
    ],
)
def test_predictions_that_do_not_fit_are_refused(first, second, said):
    with pytest.raises(ValueError, match=said):
        compare(first, second, ('a', 'b'))


def test_p_values_have_two_digits():
    assert [p_text(value) for value in (0.1234, 1.0, 0.00001)] == ['0.12', '1', '< 0.0001']
