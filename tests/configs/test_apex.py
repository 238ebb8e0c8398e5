"""The configs of the apex frame have the settings and rows of the paper."""

import copy

import pytest
import torch
from mmpretrain.structures import DataSample

from mmfer.apis.loading import build_model
from mmfer.engine import load_config
from mmfer.engine.experiments.folds import common_config, fold_source, read_pool
from mmfer.engine.experiments.variants import apply_variant
from mmfer.evaluation import loso
from mmfer.registry import DATASETS
from tests.datasets.casme2_files import row, write_clip, write_coding
from tests.helpers import ROOT

APEX = ROOT / 'configs' / 'apex_seresnext'
ROWS = sorted((APEX / 'ablations').glob('*.py'))
BACKBONES = {'resnet50': 'ResNet', 'resnext50': 'ResNeXt', 'seresnext50': 'SEResNeXt'}
FRAMES = ('apex', 'midway', 'spotted')


def ablation(name: str):
    return load_config(APEX / 'ablations' / f'{name}.py')


@pytest.mark.parametrize('path', ROWS, ids=lambda p: p.stem)
def test_every_row_takes_a_training_step(path):
    cfg = copy.deepcopy(load_config(path))
    # An eighth as wide.
    cfg.model.backbone.update(stem_channels=8, base_channels=8)
    if 'groups' in cfg.model.backbone:
        cfg.model.backbone.groups = 4
    cfg.model.head.in_channels = 256
    torch.manual_seed(0)
    model = build_model(cfg).train()
    samples = [DataSample().set_gt_label(i % 3) for i in range(2)]
    losses = model(torch.randn(2, 3, 32, 32), samples, mode='loss')
    losses['loss'].backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name


def test_settings_of_the_paper():
    cfg = load_config(APEX / 'apex_seresnext50_casme2.py')
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, cfg.train_cfg.max_epochs) == ('Adam', 1e-4, 100)
    assert (cfg.param_scheduler.type, cfg.param_scheduler.factor) == ('ConstantLR', 1.0)
    data = cfg.train_dataloader
    assert (data.batch_size, data.dataset.num_classes, data.dataset.frame) == (2, 5, 'spotted')
    steps = {step.type: step for step in data.dataset.pipeline}
    assert steps['AlignFace'].size == 224
    assert 'points' not in steps['AlignFace']  # the 68 landmarks, by five points
    assert steps['RandomFaceAffine'] == dict(
        type='RandomFaceAffine', rotate=15, scale=(1.0, 1.0), shift=0.0
    )
    assert [name for name in steps if name.startswith('Random')] == [
        *('RandomFaceFlip', 'RandomFaceAffine', 'RandomGrayscale')
    ]
    assert 'SensorNoise' not in steps
    backbone = cfg.model.backbone
    assert (backbone.depth, backbone.groups, backbone.width_per_group) == (50, 32, 4)
    assert backbone.se_ratio == 16
    assert cfg.model.head.loss == dict(type='SoftmaxFocalLoss', gamma=2.0, loss_weight=1.0)


@pytest.mark.parametrize('frame', FRAMES)
@pytest.mark.parametrize('backbone', BACKBONES)
def test_the_grid_has_all_backbones_and_frames(backbone, frame):
    focal, entropy = (ablation(f'{k}_{backbone}_{frame}') for k in ('table4', 'cross_entropy'))
    for cfg, loss in ((focal, 'SoftmaxFocalLoss'), (entropy, 'CrossEntropyLoss')):
        assert cfg.model.backbone.type == BACKBONES[backbone]
        assert cfg.model.backbone.get('groups', 1) == (1 if backbone == 'resnet50' else 32)
        assert cfg.model.head.loss.type == loss
        for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
            assert loader.dataset.frame == frame
        assert cfg.train_dataloader.batch_size == 2


@pytest.mark.parametrize(
    ('name', 'frame'),
    [
        ('apex_seresnext/apex_seresnext50_casme2', 'spotted'),
        ('apex_seresnext/apex_seresnext50_synthetic', 'apex'),
        ('apex_seresnext/ablations/classes3', 'spotted'),
        ('apex_seresnext/ablations/printed_blocks', 'spotted'),
        ('ststnet/ststnet_casme2', 'apex'),
        ('ststnet/ststnet-action-units_casme2', 'apex'),
        ('ststnet/ststnet-difference_casme2', 'apex'),
        ('ststnet/ststnet_synthetic', 'apex'),
        ('ststnet/ststnet-difference_synthetic', 'apex'),
        ('ststnet/ststnet-sequence_synthetic', 'apex'),
        ('ststnet/ablations/annotated', 'apex'),
        ('ststnet/ablations/midway', 'midway'),
        ('ststnet/ablations/spotted', 'spotted'),
    ],
)
def test_the_paper_classifies_the_spotted_frame(name, frame):
    cfg = load_config(ROOT / 'configs' / f'{name}.py')
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        assert loader.dataset.frame == frame


@pytest.mark.parametrize(
    'name',
    [
        *(f'apex_seresnext/ablations/table4_{backbone}' for backbone in BACKBONES),
        'ststnet/ablations/spotted',
    ],
)
def test_rows_read_the_apexes_of_either_method(name):
    ratio = name if name.endswith('spotted') else f'{name}_spotted'
    registered = f'{name}_registered'
    files = {}
    for path in (ratio, registered):
        cfg = load_config(ROOT / 'configs' / f'{path}.py')
        loaders = cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader
        assert all(loader.dataset.frame == 'spotted' for loader in loaders)
        files[path] = {loader.dataset.get('spotted', 'spotted_apex.json') for loader in loaders}
    assert files == {ratio: {'spotted_apex.json'}, registered: {'spotted_registered.json'}}


@pytest.mark.parametrize('frame', FRAMES)
def test_rows_for_renderings_keep_their_frame(frame):
    row = APEX / 'ablations' / f'table4_seresnext50_{frame}.py'
    cfg = apply_variant(APEX / 'apex_seresnext50_synthetic.py', row)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        assert loader.dataset.frame == frame
        assert loader.dataset.data_root == 'data/synthetic/casme2'


def test_rows_work_with_three_classes_and_with_rendered_clips():
    row = APEX / 'ablations' / 'cross_entropy_resnet50_midway.py'
    three = apply_variant(APEX / 'ablations' / 'classes3.py', row)
    assert three.model.head.num_classes == three.data_preprocessor.num_classes == 3
    rendered = apply_variant(APEX / 'apex_seresnext50_synthetic.py', row)
    assert rendered.image_size == 112
    for cfg in (three, rendered):
        assert cfg.model.backbone == dict(type='ResNet', depth=50)
        assert cfg.model.head.loss.type == 'CrossEntropyLoss'
        for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
            assert loader.dataset.frame == 'midway'
            assert loader.dataset.num_classes == cfg.model.head.num_classes
    steps = [step.type for step in rendered.test_dataloader.dataset.pipeline]
    assert steps == ['LoadExpressionImage', 'SensorNoise', 'AlignFace', 'PackExpression']
    noise = [
        loader.dataset.pipeline[1].get('fresh', False)
        for loader in (rendered.train_dataloader, rendered.test_dataloader)
    ]
    assert noise == [True, False]


@pytest.mark.parametrize(
    ('expressions', 'row'),
    [
        ('seresnext50_expressions-synthetic', 'table4_seresnext50_apex'),
        ('ablations/expressions_resnet50', 'table4_resnet50_apex'),
        ('ablations/expressions_resnext50', 'table4_resnext50_apex'),
    ],
)
def test_full_expressions_train_the_same_backbone_with_the_same_crop(expressions, row):
    strong = load_config(APEX / f'{expressions}.py')
    weak = apply_variant(APEX / 'apex_seresnext50_synthetic.py', APEX / 'ablations' / f'{row}.py')
    assert strong.model.backbone == weak.model.backbone
    assert strong.model.head.num_classes == strong.data_preprocessor.num_classes == 7
    for loader in ('train_dataloader', 'test_dataloader'):
        assert strong[loader].dataset.type == 'RAFDB'
        assert strong[loader].dataset.pipeline == weak[loader].dataset.pipeline
    assert strong.param_scheduler.total_steps == strong.train_cfg.max_epochs == strong.epochs


def test_leaving_one_subject_out_trains_on_all_others(tmp_path):
    emotions = ('others', 'disgust', 'happiness', 'repression', 'surprise')
    who = ('01', '02', '07', '08')
    rows = [row(s, f'EP01_{i:02d}', 3, 5, 8, '4', e) for s in who for i, e in enumerate(emotions)]
    write_coding(tmp_path, rows)
    for cells in rows:
        write_clip(tmp_path, f'sub{cells[0]}/{cells[1]}', [3, 4, 5])
    loaders = ('train', 'val', 'test')
    roots = {f'{name}_dataloader.dataset.data_root': str(tmp_path) for name in loaders}
    cfg = load_config(APEX / 'apex_seresnext50_synthetic.py', tmp_path / 'work', roots)
    pool = read_pool(cfg)
    assert len(pool.paths) == 20 and set(pool.subjects) == {f'sub{s}' for s in who}
    common = common_config(cfg, pool)
    assert common.val_dataloader is None
    common.dump(tmp_path / 'common.py')
    for fold in loso(pool.subjects):
        path = tmp_path / f'{fold.name}.py'
        path.write_text(fold_source(common, fold, 'common.py'))
        cfg = load_config(path)
        shown = []
        for loader in (cfg.train_dataloader, cfg.test_dataloader):
            data = DATASETS.build({**loader.dataset, 'pipeline': []})
            shown.append({data.get_data_info(i)['subject'] for i in range(len(data))})
        assert shown == [set(pool.subjects) - {fold.name}, {fold.name}]
