import json

import pytest
import torch

from mmfer.apis.loading import build_model
from mmfer.apis.model import TrainedModel
from mmfer.engine import load_config
from mmfer.evaluation import scatter_ratio
from tests.helpers import write_config
from tests.tools.rald import run_main

TOOL = 'analysis_tools/scatter.py'


def test_the_ratio_of_the_features_is_written(small_rald, tmp_path, monkeypatch, capsys):
    out = tmp_path / 'scatter.json'
    arguments = [small_rald.config, small_rald.checkpoint, '--split', 'train', '--out', out]
    run_main(monkeypatch, TOOL, *arguments)
    report = json.loads(out.read_text())
    trained = TrainedModel.load(small_rald.config, small_rald.checkpoint)
    bank = trained.bank(trained.dataset('train'))
    ratio = scatter_ratio(bank.enhanced.numpy(), bank.labels.numpy())
    expected = {'scatter_ratio': ratio, 'split': 'train', 'num_samples': len(bank.labels)}
    assert report == pytest.approx(expected)
    assert f'{ratio:.4f}' in capsys.readouterr().out


def test_options_replace_entries(small_rald, tmp_path, monkeypatch):
    arguments = [small_rald.config, small_rald.checkpoint, '--split', 'train', '--cfg-options']
    ratios = []
    for context in ('support', 'self'):
        out = tmp_path / f'{context}.json'
        option = f'model.neck.itrr.context={context}'
        run_main(monkeypatch, TOOL, *arguments, option, '--out', out)
        ratios.append(json.loads(out.read_text())['scatter_ratio'])
    assert ratios[0] != pytest.approx(ratios[1])


def test_attributes_have_no_classes_to_scatter(image_folder, tmp_path, monkeypatch):
    extra = "test_dataloader['dataset']['metainfo']['task'] = 'attributes'\n"
    config = write_config(tmp_path / 'attributes.py', image_folder, extra)
    checkpoint = tmp_path / 'random.pth'
    torch.save(build_model(load_config(config)).state_dict(), checkpoint)
    with pytest.raises(SystemExit, match='config for attributes, but the scatter needs classes'):
        run_main(monkeypatch, TOOL, config, checkpoint)
