import numpy as np
import pytest
import torch
from PIL import Image

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from tests.helpers import write_config
from tests.tools.rald import run_main


def test_two_models_are_drawn_side_by_side(small_rald, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'tsne.png'
    model = ['--model', small_rald.config, small_rald.checkpoint]
    arguments = [*model, 'one', *model, 'two', '--out', out, '--num', 20]
    run_main(monkeypatch, 'analysis_tools/tsne.py', *arguments)
    width, height = Image.open(out).size
    assert width > 1.8 * height > 500
    assert 'two: 20 of 33 images' in capsys.readouterr().out


def test_equal_models_give_equal_planes_after_that_of_the_images(small_rald, tmp_path, monkeypatch):
    out = tmp_path / 'tsne.png'
    model = ['--model', small_rald.config, small_rald.checkpoint]
    arguments = [*model, 'one', *model, 'two', '--pixels', 'Images', '--out', out, '--num', 20]
    run_main(monkeypatch, 'analysis_tools/tsne.py', *arguments)
    pixels = np.asarray(Image.open(out).convert('L')).astype(int)
    columns = np.flatnonzero((pixels < 60).mean(0) > 0.5)
    sides = columns[np.diff(columns, prepend=-9) > 4]
    first, second, third = (pixels[100:, left + 4 : left + 4 + 400] for left in sides[[0, 2, 4]])
    assert 4 * np.abs(second - third).mean() < np.abs(first - second).mean()


def test_attributes_have_no_classes(image_folder, tmp_path, monkeypatch):
    lines = "test_dataloader['dataset']['metainfo'].update(task='attributes')\n"
    config = write_config(tmp_path / 'attributes.py', image_folder, lines)
    checkpoint = tmp_path / 'attributes.pth'
    torch.save(dict(state_dict=build_model(load_config(config)).state_dict()), checkpoint)
    arguments = ['--model', config, checkpoint, 'a', '--out', tmp_path / 'out.png']
    with pytest.raises(SystemExit, match='the colors need classes'):
        run_main(monkeypatch, 'analysis_tools/tsne.py', *arguments)


def test_models_of_different_data_are_refused(small_rald, tmp_path, monkeypatch):
    other = tmp_path / 'other.py'
    lines = 'test_dataloader = dict(dataset=dict(indices=20))\n'
    other.write_text(f"_base_ = r'{small_rald.config}'\n{lines}")
    arguments = ['--out', tmp_path / 'out.png']
    for config in (small_rald.config, other):
        arguments += ['--model', config, small_rald.checkpoint, config.stem]
    with pytest.raises(SystemExit, match='The images or labels of the'):
        run_main(monkeypatch, 'analysis_tools/tsne.py', *arguments)
