import pytest
from PIL import Image

from tests.tools.rald import run_main

TOOL = 'analysis_tools/feature_maps.py'


def test_each_face_has_a_row_and_each_layer_a_column(small_rald, tmp_path, monkeypatch, capsys):
    model = [small_rald.config, small_rald.checkpoint]
    sizes = []
    for layers in ([], ['--layers', 'backbone.layer1', 'backbone.layer2', 'backbone']):
        out = tmp_path / 'maps.png'
        run_main(monkeypatch, TOOL, *model, '--num', 3, '--out', out, *layers)
        sizes.append(Image.open(out).size)
    printed = capsys.readouterr().out
    assert 'backbone of 3 faces' in printed
    assert 'backbone.layer1, backbone.layer2, backbone of 3 faces' in printed
    # two tiles of 1.7 inches more, at 120 dots per inch
    assert sizes[1][0] - sizes[0][0] == 2 * 204
    assert sizes[1][1] == sizes[0][1] > 3 * 204


def test_a_wrong_layer_and_a_wrong_file_are_refused(small_rald, tmp_path, monkeypatch):
    model = [small_rald.config, small_rald.checkpoint, '--out', tmp_path / 'maps.png']
    with pytest.raises(SystemExit, match='no layer "branch1"'):
        run_main(monkeypatch, TOOL, *model, '--layers', 'branch1')
    with pytest.raises(SystemExit, match='No image at'):
        run_main(monkeypatch, TOOL, *model, '--images', tmp_path / 'none.png')
