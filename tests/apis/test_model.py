import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmfer.apis.model import TrainedModel
from mmfer.engine import build_runner, load_config
from tests.helpers import write_config, write_images


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp('model')
    config = write_config(folder / 'config.py', write_images(folder / 'data'))
    cfg = load_config(config, work_dir=folder / 'work')
    cfg.experiment_name = 'test_model'
    build_runner(cfg).train()
    return config, folder / 'work' / 'epoch_1.pth'


def test_a_model_has_its_weights_and_normalization(trained):
    config, checkpoint = trained
    model = TrainedModel.load(config, checkpoint).model
    weights = torch.load(checkpoint, weights_only=True)['state_dict']
    assert torch.equal(model.head.fc.weight, weights['head.fc.weight'])
    assert not model.training
    np.testing.assert_allclose(model.data_preprocessor.std.flatten(), 60.0)


def test_a_preprocessor_at_the_top_level_is_used(trained):
    cfg = Config.fromfile(trained[0])
    cfg.data_preprocessor = cfg.model.pop('data_preprocessor')
    cfg.data_preprocessor.std = [7.0] * 3
    model = TrainedModel.load(cfg, trained[1]).model
    np.testing.assert_allclose(model.data_preprocessor.std.flatten(), 7.0)


def test_training_data_have_the_test_pipeline_and_the_order_of_the_bank(trained):
    loaded = TrainedModel.load(*trained)
    dataset = loaded.dataset('train')
    assert torch.equal(dataset[3]['inputs'], dataset[3]['inputs'])
    bank = loaded.bank(dataset, batch_size=5)
    assert bank.labels.tolist() == [int(dataset[i]['data_samples'].gt_label) for i in range(12)]
    torch.testing.assert_close(bank.probs.sum(1), torch.ones(12))


def test_a_missing_split_is_refused(trained):
    loaded = TrainedModel.load(*trained)
    with pytest.raises(ValueError, match='no holdout_dataloader'):
        loaded.dataset('holdout')


def test_wrapped_data_sets_give_each_image_once(trained):
    config = Config.fromfile(trained[0])
    for part in ('train', 'test'):
        inner = config[f'{part}_dataloader'].dataset
        half = dict(inner, indices=5)
        joined = dict(type='ConcatDataset', datasets=[half, inner])
        config[f'{part}_dataloader'].dataset = dict(type='RepeatDataset', times=3, dataset=joined)
    loaded = TrainedModel.load(config, trained[1])
    for part in ('train', 'test'):
        dataset = loaded.dataset(part)
        bank = loaded.bank(dataset, batch_size=5)
        assert bank.sample_idx.tolist() == list(range(17))
        labels = [dataset.get_data_info(i)['gt_label'] for i in range(17)]
        assert bank.labels.tolist() == labels
