"""Every config of RALD builds, takes a training step, and matches its name."""

import copy
from pathlib import Path

import pytest
import torch
import yaml
from mmpretrain.structures import DataSample

from mmfer.apis.loading import build_model
from mmfer.datasets.wrapped import readers_of
from mmfer.engine import load_config
from mmfer.engine.benchmark import input_shape
from mmfer.models.classifiers.teacher import Teacher
from mmfer.registry import DATASETS, HOOKS, TRANSFORMS
from mmfer.synthetic.layouts import LAYOUTS

ROOT = Path(__file__).parents[2] / 'configs'
NOT_OF_EXPRESSIONS = {'_base_', 'landmarker'}
CONFIGS = sorted(p for p in ROOT.rglob('*.py') if NOT_OF_EXPRESSIONS.isdisjoint(p.parts))
TABLE_3 = {
    'a_none': (),
    'b_itrr': ('itrr',),
    'c_itrr_nnldl': ('itrr', 'nnldl'),
    'd_lgifo': ('lgifo',),
    'e_itrr_lgifo': ('itrr', 'lgifo'),
    'f_hlrr_lgifo': ('hlrr', 'lgifo'),
    'g_itrr_hlrr_lgifo': ('itrr', 'hlrr', 'lgifo'),
    'all_rald': ('itrr', 'hlrr', 'lgifo', 'nnldl'),
}


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: str(p.relative_to(ROOT)))
def test_configs_use_registered_components(path):
    cfg = load_config(path)
    for hook in (*cfg.get('default_hooks', {}).values(), *cfg.get('custom_hooks', ())):
        assert HOOKS.get(hook['type']) is not None, hook
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        assert DATASETS.get(loader.dataset.type) is not None
        for dataset in readers_of(loader.dataset):  # within ClassBalancedDataset, for example
            assert DATASETS.get(dataset.type) is not None
            for step in dataset.pipeline:
                TRANSFORMS.build(step)
    if 'data_preprocessor' in cfg:
        assert cfg.data_preprocessor.num_classes == cfg.model.head.num_classes


# The rows of the larger systems take their step at a small size: tests/test_<system>_configs.py.
@pytest.mark.parametrize(
    'path',
    [p for p in CONFIGS if 'ablations' not in p.parts or 'rald' in p.parts],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_every_config_takes_a_training_step(path):
    cfg = load_config(path)
    model = build_model(copy.deepcopy(cfg)).train()
    samples = [DataSample(metainfo=dict(sample_idx=i)) for i in range(2)]
    for i, sample in enumerate(samples):
        if cfg.model.head.type == 'AttributeHead':
            sample.set_gt_score(torch.arange(cfg.model.head.num_classes) % (i + 2) == 0)
        elif cfg.model.head.get('loss', {}).get('use_soft'):
            sample.set_gt_score(torch.eye(cfg.model.head.num_classes)[i])
        else:
            sample.set_gt_label(i % 3)
    size = cfg.image_size if 'mifnet' in path.parts else 64  # Swin's windows fix the size
    if cfg.model.type == 'MultiRegionNet':
        cells = size // 2**cfg.model.backbone.trunk.num_pools
        for sample in samples:
            sample.set_field(torch.ones(1, cells, cells), 'landmark_mask')
    if cfg.model.type == 'DistilledClassifier':
        model.teacher = Teacher(build_model(copy.deepcopy(cfg)), range(model.head.num_classes))
    losses = model(torch.randn(2, *input_shape(model, size)), samples, mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    assert losses['loss'].isfinite()


@pytest.mark.parametrize(('row', 'parts'), TABLE_3.items())
def test_rows_of_table_3_have_the_parts_in_their_names(row, parts):
    cfg = load_config(ROOT / 'rald' / 'ablations' / f'table3_{row}.py')
    model = build_model(cfg)
    there = {part for part in ('itrr', 'hlrr', 'lgifo') if getattr(model.neck, part, None)}
    if getattr(model.head, 'neighbor_loss', None) is not None:
        there.add('nnldl')
    assert there == set(parts)
    hooks = [hook['type'] for hook in cfg.custom_hooks]
    assert ('LabelDistributionHook' in hooks) == ('nnldl' in parts)


@pytest.mark.parametrize(
    'path', [p for p in CONFIGS if '_synthetic' in p.name], ids=lambda p: str(p.relative_to(ROOT))
)
def test_the_face_crop_matches_the_renderings(path):
    cfg = load_config(path)
    if 'AlignFace' in [step.type for step in cfg.test_dataloader.dataset.pipeline]:
        assert 'face_crop' not in cfg
        return
    layout = LAYOUTS[Path(cfg.data_root).name.partition('-')[0]]
    size = 80 if 'ablation' in path.name else 112
    scale, shift = layout.crop
    assert cfg.face_crop == dict(type='box', size=size, scale=scale, shift=shift)


def test_affectnet_has_the_same_crop_in_training_and_testing():
    found = [load_config(path) for path in CONFIGS]
    found = [cfg for cfg in found if cfg.train_dataloader.dataset.type == 'AffectNet']
    assert len(found) > 2
    for cfg in found:
        for loader in (cfg.train_dataloader, cfg.test_dataloader):
            types = [step['type'] for step in loader.dataset.pipeline]
            # The older form has whole photographs.
            if 'AlignFace' in types:  # the multi-region network, as in its paper
                assert types[:2] == ['LoadExpressionImage', 'AlignFace']
            else:
                assert types[:3] == ['LoadExpressionImage', 'CropFace', 'ResizeFace']
        assert ('face_crop' in cfg) == ('AlignFace' not in types)


@pytest.mark.parametrize(
    'name',
    [
        'mifnet/mifnet_r18-swint_synthetic.py',
        'faer/faer_convnext_synthetic.py',
        'faer/faer_convnext_synthetic-celeba.py',
    ],
)
def test_a_batch_of_one_image_trains(name):
    cfg = load_config(ROOT / name)
    model = build_model(cfg).train()
    sample = DataSample()
    if cfg.model.head.type == 'AttributeHead':
        sample.set_gt_score(torch.arange(40) % 2)
    else:
        sample.set_gt_label(1)
    losses = model(torch.randn(1, 3, cfg.image_size, cfg.image_size), [sample], mode='loss')
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is None or weight.grad.isfinite().all(), name


def test_settings_of_the_paper():
    cfg = load_config(ROOT / 'rald' / 'rald_r18_fgemotions.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4)
    assert cfg.train_cfg.max_epochs == 300 and cfg.train_dataloader.batch_size == 128
    assert cfg.param_scheduler.milestones == [100, 200] and cfg.param_scheduler.gamma == 5e-3
    assert cfg.image_size == 224
    model = build_model(cfg)
    attention = model.neck.itrr.attention
    assert (attention.num_heads, attention.scale) == (8, 0.125)
    assert model.head.neighbor_loss.k == 5 and model.head.neighbor_loss.loss_weight == 1
    assert model.backbone.zero_init_residual is False
    assert len(model.neck.labels.vectors) == 39 and model.head.num_classes == 33


def test_the_model_index_lists_every_config():
    index = yaml.safe_load((ROOT.parent / 'model-index.yml').read_text())
    for file in index['Import']:
        content = yaml.safe_load((ROOT.parent / file).read_text())
        named = {model['Config'] for model in content['Models']}
        there = {str(p.relative_to(ROOT.parent)) for p in (ROOT.parent / file).parent.glob('*.py')}
        assert named == there
        collections = {collection['Name'] for collection in content['Collections']}
        assert {model['In Collection'] for model in content['Models']} <= collections
        for model in content['Models']:
            assert Path(model['Config']).stem == model['Name']
