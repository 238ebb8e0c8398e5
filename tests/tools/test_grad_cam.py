import sys

import pytest
import torch
from PIL import Image

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from tests.helpers import write_config, write_images
from tests.tools.rald import run_main

TOOL = 'analysis_tools/grad_cam.py'


def test_model_and_baseline_are_drawn(small_rald, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'cam.png'
    pair = [small_rald.config, small_rald.checkpoint]
    arguments = [*pair, '--num', 2, '--out', out, '--target', 'predicted', 'panic']
    run_main(monkeypatch, TOOL, *arguments)
    alone = Image.open(out).size
    run_main(monkeypatch, TOOL, *arguments, '--baseline', *pair)
    # two tiles of 1.7 inches more, at 120 dots per inch
    assert Image.open(out).size == (alone[0] + 2 * 204, alone[1])
    printed = capsys.readouterr().out
    assert 'baseline: backbone, 2 x 2 cells. 2 x 2 cells are few' in printed
    assert '2 faces ->' in printed and '--layer chooses another layer.' in printed


def test_attributes_of_files(tmp_path, monkeypatch):
    names = ('Smiling', 'Eyeglasses', 'Bald')
    data = write_images(tmp_path / 'data')
    extra = "model.update(head=dict(type='MultiLabelLinearClsHead', num_classes=3, in_channels=64))"
    config = write_config(tmp_path / 'attributes.py', data, extra, names)
    checkpoint = tmp_path / 'attributes.pth'
    torch.save(dict(state_dict=build_model(load_config(config)).state_dict()), checkpoint)
    images = sorted(data.rglob('*.png'))[:2]
    out = tmp_path / 'cam.png'
    arguments = [config, checkpoint, '--out', out, '--images', *images, '--target']
    run_main(monkeypatch, TOOL, *arguments, 'Smiling', 'Bald')
    assert Image.open(out).size[0] > 3 * 204
    with pytest.raises(
        SystemExit, match='--target Young is not among the classes: Smiling, Eyeglasses, Bald'
    ):
        run_main(monkeypatch, TOOL, *arguments, 'Young')


@pytest.mark.parametrize('images', [1, 20])
def test_different_images_are_refused(images, small_rald, tmp_path, monkeypatch):
    other = tmp_path / 'other.py'
    lines = f'test_dataloader = dict(dataset=dict(indices={images}))\n'
    other.write_text(f"_base_ = r'{small_rald.config}'\n{lines}")
    arguments = [small_rald.config, small_rald.checkpoint, '--num', 2, '--out', tmp_path / 'c.png']
    with pytest.raises(SystemExit, match='have different images'):
        run_main(monkeypatch, TOOL, *arguments, '--baseline', other, small_rald.checkpoint)


def test_a_missing_package_is_reported(small_rald, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pytorch_grad_cam', None)
    arguments = [small_rald.config, small_rald.checkpoint, '--out', tmp_path / 'cam.png']
    with pytest.raises(SystemExit, match=r'pip install "mmfer\[optional\]"'):
        run_main(monkeypatch, TOOL, *arguments)
