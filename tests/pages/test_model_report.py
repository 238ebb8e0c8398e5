import json
from pathlib import Path

import pytest

from mmfer.evaluation import Predictions
from mmfer.pages.model_report import write_model_report
from tests.pages.html_page import ReadPage


def test_the_page_has_all_parts(tested, tmp_path: Path):
    log = tested.checkpoint.parent / 'run' / 'vis_data' / 'scalars.json'
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps({'loss': 1.5, 'iter': 1, 'step': 1}) + '\n')
    out = tmp_path / 'report.html'
    measured = write_model_report(tested.config, tested.checkpoint, out, draws=20, faces=2)
    found = ReadPage(out.read_text(encoding='utf-8'))
    for title in (
        *('Measures', 'Classes', 'Groups of people', 'Confusion matrix', 'Reliability'),
        *('ROC curves', 'Features', 'Grad-CAM', 'Worst mistakes', 'Training', 'Data'),
        'Config and versions',
    ):
        assert title in found.texts
    assert measured.predictions.samples == tested.predictions.samples
    assert f'{measured.report["accuracy"]:.2f}' in found.texts
    assert 'Trained only on renderings: unreliable on real faces.' in found.texts
    assert 'loss during the training.' in found.alts
    assert "type='RAFDB'" in found.text
    assert len(found.images) == len(found.alts) == 9
    assert all(address[0] == '#' or address in found.images for address in found.addresses)


def test_faces_can_be_left_out(tested, tmp_path: Path):
    out = tmp_path / 'report.html'
    write_model_report(
        *(tested.config, tested.checkpoint, out, tested.predictions),
        draws=5,
        faces=3,
        show_faces=False,
    )
    found = ReadPage(out.read_text(encoding='utf-8'))
    assert not [alt for alt in found.alts if alt.startswith('Face')]
    assert not any(image.startswith('data:image/jpeg') for image in found.images)
    assert 'Grad-CAM' not in found.texts
    assert 'Worst mistakes' in found.texts
    assert 'Images of faces are left out.' in found.texts


@pytest.mark.parametrize('wrong', [{'draws': 0}, {'faces': 0}])
def test_numbers_below_one_are_refused(tested, tmp_path: Path, wrong: dict):
    with pytest.raises(ValueError, match='=0: give 1 or more'):
        write_model_report(tested.config, tested.checkpoint, tmp_path / 'a.html', **wrong)


def test_no_predictions_are_refused(tested, tmp_path: Path):
    empty = Predictions(tested.predictions.classes, [])
    with pytest.raises(ValueError, match='There are no predictions'):
        write_model_report(tested.config, tested.checkpoint, tmp_path / 'a.html', empty)
