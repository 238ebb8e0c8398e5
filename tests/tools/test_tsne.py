import pytest
from PIL import Image

from tests.tools.rald import run_main


def test_two_models_side_by_side(small_rald, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'tsne.png'
    model = ['--model', small_rald.config, small_rald.checkpoint]
    arguments = [*model, 'one', *model, 'two', '--out', out, '--num', 20]
    run_main(monkeypatch, 'analysis_tools/tsne.py', *arguments)
    width, height = Image.open(out).size
    assert width > 1.8 * height > 500
    assert 'two: 20 of 33 images' in capsys.readouterr().out


def test_models_of_different_data(small_rald, tmp_path, monkeypatch):
    other = tmp_path / 'other.py'
    lines = 'test_dataloader = dict(dataset=dict(indices=20))\n'
    other.write_text(f"_base_ = r'{small_rald.config}'\n{lines}")
    arguments = ['--out', tmp_path / 'out.png']
    for config in (small_rald.config, other):
        arguments += ['--model', config, small_rald.checkpoint, config.stem]
    with pytest.raises(SystemExit, match='has other images'):
        run_main(monkeypatch, 'analysis_tools/tsne.py', *arguments)
