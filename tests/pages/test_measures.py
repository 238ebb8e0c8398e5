from dataclasses import replace

import numpy as np
import pytest

from mmfer.evaluation import Predictions
from mmfer.pages.measures import Measured, drawn_units, each_section, measures_section, sections_of
from mmfer.pages.page import Text


def predictions(count: int = 60, persons: bool = False, of_attributes: bool = False) -> Predictions:
    rng = np.random.default_rng(1)
    scores = rng.dirichlet([1, 1, 1], count)
    samples = []
    for i, row in enumerate(scores):
        sample = {'img_path': f'{i}.png', 'pred_scores': row.tolist()}
        sample['group'] = {'gender': 'female' if i % 2 else 'male'}
        if of_attributes:
            sample['gt_score'] = [int(v) for v in rng.integers(0, 2, 3)]
        else:
            sample['gt_label'] = int(rng.choice(3, p=row))
        if persons and i >= 3:
            sample['subject'] = str(i // 10)
        samples.append(sample)
    return Predictions(['a', 'b', 'c'], samples)


def test_intervals_hold_the_values():
    measured = Measured(predictions(400))
    found = measured.intervals(200)
    assert list(found)[:5] == ['accuracy', 'mean_class_accuracy', 'macro_f1', 'auc', 'ece']
    assert list(found)[-3:] == ['of a', 'of b', 'of c']
    for name, value in measured.values(np.arange(400)).items():
        low, high = found[name]
        if name != 'ece':  # the error of few images in a bin is biased upwards
            assert low < value < high
    assert found['accuracy'][1] - found['accuracy'][0] == pytest.approx(4 * 2.45, rel=0.2)


def test_persons_are_drawn_if_they_are_known():
    assert drawn_units(Measured(predictions())) == '60 images, since the persons are not known'
    said = drawn_units(Measured(predictions(persons=True)))
    assert said.startswith('6 persons with all their images (60 images, 3 of them of unknown')


def test_all_sections_of_classes_and_of_attributes():
    titles = [section.title for section in sections_of(Measured(predictions()), 9)]
    shown = ['Measures', 'Classes', 'Groups of people']
    assert titles == [*shown, 'Confusion matrix', 'Reliability', 'ROC curves']
    found = sections_of(Measured(predictions(of_attributes=True)), 9)
    assert [section.title for section in found] == ['Measures', 'Attributes', 'Groups of people']
    assert [row[0] for row in found[1].blocks[0].rows] == ['a', 'b', 'c']


def test_tables_show_the_report():
    measured = Measured(predictions())
    section = measures_section(measured, measured.intervals(20))
    row = section.blocks[0].rows[0]
    assert row[:2] == ['accuracy', f'{measured.report["accuracy"]:.2f}']
    assert row[3] == '33.33'


def test_absent_classes_are_named():
    found = predictions()
    wider = replace(
        found,
        classes=['a', 'b', 'c', 'd'],
        samples=[{**s, 'pred_scores': [*s['pred_scores'], 0.0]} for s in found.samples],
    )
    table, note = each_section(Measured(wider), {}).blocks
    assert table.rows[-1] == ['d', '-', '-', '-', '-', '-', '0']
    assert note == Text('No image, so left out of the means: d.', warning=True)
