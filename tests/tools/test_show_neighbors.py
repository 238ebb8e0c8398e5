from PIL import Image

from tests.tools.rald import run_main


def test_images_with_their_neighbours(small_rald, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'neighbors.png'
    arguments = [small_rald.config, small_rald.checkpoint, '--out', out, '--images', 2, '--k', 3]
    run_main(monkeypatch, 'analysis_tools/show_neighbors.py', *arguments)
    assert '2 images with 3 neighbours each' in capsys.readouterr().out
    width, height = Image.open(out).size
    assert width > height > 300
