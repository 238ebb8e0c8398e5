import pytest
from PIL import Image

from tests.tools.rald import run_main


def test_images_are_shown_with_their_neighbors(small_rald, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'neighbors.png'
    arguments = [small_rald.config, small_rald.checkpoint, '--out', out, '--images', 2, '--k', 3]
    run_main(monkeypatch, 'analysis_tools/show_neighbors.py', *arguments)
    assert '2 images with 3 neighbors each' in capsys.readouterr().out
    width, height = Image.open(out).size
    assert width > height > 300


@pytest.mark.parametrize('wrong', [('--k', 66), ('--k', 0), ('--images', 0)])
def test_impossible_numbers_are_refused(wrong, small_rald, tmp_path, monkeypatch):
    arguments = [small_rald.config, small_rald.checkpoint, '--out', tmp_path / 'out.png', *wrong]
    with pytest.raises(SystemExit, match='the train part has 66 images, so give 1 to 65'):
        run_main(monkeypatch, 'analysis_tools/show_neighbors.py', *arguments)
