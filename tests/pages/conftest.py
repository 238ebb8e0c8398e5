"""A tiny untrained model and rendered faces, for the pages."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from mmfer.apis.loading import build_model
from mmfer.datasets import RAFDB
from mmfer.engine import load_config
from mmfer.evaluation import Predictions
from mmfer.pages.model_report import predict_test_set
from tests.helpers import write_config

EXTRA = """
model['head']['num_classes'] = 7
model['data_preprocessor']['num_classes'] = 7
rafdb = dict(type='RAFDB', data_root=r'{data}', empty_classes='warn', pipeline=[
    dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=64),
    dict(type='PackExpression')])
train_dataloader['dataset'] = dict(**rafdb, split='train')
val_dataloader['dataset'] = dict(**rafdb, split='test', test_mode=True)
test_dataloader = val_dataloader
test_evaluator = dict(type='ExpressionMetric')
"""


@dataclass(frozen=True)
class Tested:
    """A config, a checkpoint, and its predictions for the test set."""

    config: Path
    checkpoint: Path
    predictions: Predictions
    dump: Path


@pytest.fixture(scope='session')
def tested(tmp_path_factory: pytest.TempPathFactory, rendered_rafdb: Path) -> Tested:
    folder = tmp_path_factory.mktemp('pages')
    data = rendered_rafdb
    config = write_config(folder / 'small.py', data, EXTRA.format(data=data))
    cfg = load_config(config)
    torch.manual_seed(0)
    model = build_model(cfg)
    torch.nn.init.normal_(model.head.fc.weight)
    classes = RAFDB(str(data), 'test', empty_classes='warn').metainfo['classes']
    meta = {'dataset_meta': {'classes': classes}, 'cfg': cfg.pretty_text, 'rendered': True}
    checkpoint = folder / 'best_accuracy_epoch_1.pth'
    torch.save({'state_dict': model.state_dict(), 'meta': meta}, checkpoint)
    found = predict_test_set(config, checkpoint)
    found.save(folder / 'found.json')
    return Tested(config, checkpoint, found, folder / 'found.json')
