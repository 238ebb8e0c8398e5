"""The configs of the multi-region network have the paper's settings and rows, and run."""

import copy
import json
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpretrain.models import ImageClassifier, ResNet
from PIL import Image

from mmfer.apis import FERInferencer
from mmfer.apis.loading import build_model
from mmfer.apis.model import TrainedModel
from mmfer.apis.model_inputs import draw_inputs
from mmfer.datasets.transforms.face_crops import PLACES
from mmfer.engine import load_config, train
from mmfer.engine import test as run_test
from mmfer.engine.experiments.variants import apply_variant
from mmfer.models.backbones import VGGBN16
from mmfer.registry import DATASETS
from mmfer.visualization.feature_maps import feature_maps, main_layers
from mmfer.visualization.grad_cam import grad_cam, last_map_layer
from tests.helpers import ROOT
from tests.tools.rald import run_main

FOLDER = ROOT / 'configs' / 'multi_region'
SLIM = FOLDER / 'multi_region_vgg16bn_synthetic-ablation.py'
LOADS = ('ResizeFace', 'AlignFace')
TABLE_4 = {
    '1_local': (('local',), None, 'all'),
    '2_global': (('global',), None, 'all'),
    '3_global_attention': (('global',), 'RegionAttention', 'all'),
    '4_plain_vgg16': (('local', 'global'), 'RegionAttention', 'none'),
    '5_all': (('local', 'global'), 'RegionAttention', 'all'),
}


def config(name: str) -> Config:
    return load_config(FOLDER / f'{name}.py')


def tiny(variant: Path, data: Path, work: Path) -> Config:
    """A smaller version of a variant of the slim config, on 24 images."""
    cfg = apply_variant(SLIM, variant, work) if variant != SLIM else load_config(SLIM, work)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.data_root, loader.batch_size = str(data), 8
    width = dict(type='VGGBN16', width=0.05, num_pools=3)
    if cfg.model.type == 'ImageClassifier':
        cfg.model.backbone, cfg.model.head.in_channels = width, 26
    else:
        cfg.model.backbone.trunk = dict(width, norm=cfg.model.backbone.trunk.norm)
        cfg.model.head.in_channels = 26 * len(cfg.model.backbone.branches)
        if cfg.model.neck is not None:
            cfg.model.neck.in_channels, cfg.model.neck.hidden_channels = 26, 4
    cfg.train_cfg.max_epochs = cfg.train_cfg.val_interval = cfg.param_scheduler.total_steps = 1
    cfg.default_hooks.checkpoint.interval = 1
    cfg.experiment_name = uuid4().hex
    return cfg


@pytest.fixture(scope='module')
def trained(rendered_rafdb: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    """The network after one epoch, and its config."""
    work = tmp_path_factory.mktemp('trained')
    cfg = tiny(SLIM, rendered_rafdb, work)
    train(copy.deepcopy(cfg))
    return cfg, work / 'epoch_1.pth'


@pytest.mark.parametrize(
    'path',
    [*sorted((FOLDER / 'ablations').glob('*.py')), FOLDER / 'vgg16bn_rafdb.py'],
    ids=lambda path: path.stem,
)
def test_every_row_takes_a_training_step(path: Path, rendered_rafdb: Path, tmp_path: Path) -> None:
    cfg = tiny(path, rendered_rafdb, tmp_path)
    torch.manual_seed(0)
    model = build_model(copy.deepcopy(cfg)).train()
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    batch = [dataset[i] for i in range(4)]
    assert batch[0]['inputs'].shape == (3, getattr(model, 'views', 1) * 56, 56)
    data = model.data_preprocessor(
        dict(
            inputs=torch.stack([one['inputs'] for one in batch]),
            data_samples=[one['data_samples'] for one in batch],
        )
    )
    losses = model(**data, mode='loss')
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name
    last = cfg.tta_pipeline[-1]
    assert [step.place for step in last.transforms[0]] == list(PLACES)
    # The five crops go through the same steps as the one of the plain test.
    plain = cfg.test_dataloader.dataset.pipeline[len(cfg.tta_pipeline) - 1 :]
    assert [step[0] for step in last.transforms] == plain


@pytest.mark.parametrize('row', TABLE_4)
def test_rows_of_table_4(row: str) -> None:
    cfg = config(f'ablations/table4_{row}')
    branches, attention, norm = TABLE_4[row]
    neck = cfg.model.neck
    assert tuple(cfg.model.backbone.branches) == branches
    assert (neck and neck.type) == attention and cfg.model.backbone.trunk.norm == norm
    assert (cfg.model.mask_loss is None) == (attention is None)
    model = build_model(cfg)
    steps = [step.type for step in cfg.train_dataloader.dataset.pipeline]
    assert ('CropRegions' in steps) == (model.views == 3)
    assert 'LandmarkMask' in steps or attention is None


@pytest.mark.parametrize('threshold', [0.4, 0.5, 0.6])
def test_points_of_figure_6(threshold: float) -> None:
    cfg = config(f'ablations/figure6_threshold_{threshold}')
    five = [step for (step,) in cfg.tta_pipeline[-1].transforms[1:]]
    loaders = cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader
    for steps in (*(loader.dataset.pipeline for loader in loaders), five):
        found = {step.type: step.threshold for step in steps if 'threshold' in step}
        assert found == {'LandmarkMask': threshold, 'CropRegions': threshold}


@pytest.mark.parametrize(
    ('name', 'epochs', 'steps', 'factor'),
    [
        ('multi_region_vgg16bn_rafdb', 60, [20, 40], 0.1),
        ('multi_region_vgg16bn_affectnet7', 20, [5, 10, 15], 0.2),
        ('vgg16bn_rafdb', 60, [20, 40], 0.1),
        ('vgg16_rafdb', 60, [20, 40], 0.1),
        ('vgg16_affectnet7', 20, [5, 10, 15], 0.2),
        ('resnet50_rafdb', 60, [20, 40], 0.1),
        ('resnet50_affectnet7', 20, [5, 10, 15], 0.2),
    ],
)
def test_settings_of_the_paper(name: str, epochs: int, steps: list[int], factor: float) -> None:
    cfg = config(name)
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4)
    assert (cfg.train_cfg.max_epochs, cfg.train_dataloader.batch_size) == (epochs, 128)
    assert (cfg.param_scheduler.milestones, cfg.param_scheduler.gamma) == (steps, factor)
    pipeline = cfg.train_dataloader.dataset.pipeline
    sizes = [step.size for step in pipeline if step.type in (*LOADS, 'RandomFaceCrop')]
    assert sizes == [256, 224]
    assert [s.type for s in pipeline if 'Random' in s.type] == ['RandomFaceCrop', 'RandomFaceFlip']
    # AffectNet's faces are aligned by the points of MTCNN (section 3.2); RAF-DB's are already.
    if 'affectnet' in name:
        loaders = cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader
        for steps in (*(loader.dataset.pipeline for loader in loaders), cfg.tta_pipeline):
            assert steps[1].type == 'AlignFace' and 'face_crop' not in cfg
            assert tuple(steps[1].points) == ('landmarks5', 'landmarks')
    else:
        assert cfg.face_crop == dict(type='five_point', size=256, margin=0.0)


def test_the_network_of_the_paper() -> None:
    model = config('multi_region_vgg16bn_rafdb').model
    assert model.backbone.trunk == dict(type='VGGBN16', norm='all', width=1.0, num_pools=5)
    assert model.head.weights == (0.5, 0.5) and model.mask_loss.loss_weight == 1


@pytest.mark.parametrize('data', ['rafdb', 'affectnet7'])
def test_baselines_of_table_1(data: str) -> None:
    for name, kind, parameters in (
        ('vgg16', VGGBN16, 14_714_688 + 512 * 7 + 7),
        ('resnet50', ResNet, 23_508_032 + 2048 * 7 + 7),
    ):
        cfg = config(f'{name}_{data}')
        model = build_model(cfg)
        assert type(model) is ImageClassifier and type(model.backbone) is kind
        assert sum(p.numel() for p in model.parameters()) == parameters
        kinds = {step.type for step in cfg.test_dataloader.dataset.pipeline}
        assert not kinds & {'CropRegions', 'LandmarkMask'}


def test_the_network_as_printed() -> None:
    model = config('ablations/all_as_printed').model
    assert model.backbone.trunk.norm == 'first'
    assert (model.pooling, model.mask_loss.pull) == ('mean', 0)


@pytest.mark.parametrize('name', ['multi_region_vgg16bn_synthetic', 'vgg16bn_synthetic'])
def test_slim_networks_have_the_map_size_of_the_paper(name: str) -> None:
    cfg = config(name)
    model = build_model(cfg)
    strip = torch.randn(1, 3, getattr(model, 'views', 1) * cfg.image_size, cfg.image_size)
    assert all(one.shape == (1, 128, 7, 7) for one in model.backbone(strip))


def test_five_crops_give_the_mean_of_their_scores(
    trained: tuple[Config, Path], tmp_path: Path
) -> None:
    def scores(cfg: Config, tta: bool) -> np.ndarray:
        out = tmp_path / f'{uuid4().hex}.json'
        cfg.experiment_name, cfg.work_dir = out.stem, str(tmp_path / out.stem)
        report = tmp_path / 'report.json'
        run_test(cfg, trained[1], report, dump_to=out, tta=tta)
        assert {'accuracy', 'attention_in_mask'} <= json.loads(report.read_text()).keys()
        rows = json.loads(out.read_text())['predictions']
        return np.array([row['pred_scores'] for row in rows])

    found = []
    for place in PLACES:
        cfg = copy.deepcopy(trained[0])
        (crop,) = (s for s in cfg.test_dataloader.dataset.pipeline if s.type == 'FaceCrop')
        crop.place = place
        found.append(scores(cfg, tta=False))
    averaged = scores(copy.deepcopy(trained[0]), tta=True)
    np.testing.assert_allclose(averaged, np.mean(found, axis=0), atol=3e-6)
    assert np.ptp(found, axis=0).max() > 1e-4


def test_analysis_tools_read_the_network(trained: tuple[Config, Path]) -> None:
    cfg, checkpoint = trained
    cfg = copy.deepcopy(cfg)
    cfg.face_crop.size = 48  # that of these renderings
    inferencer = FERInferencer(cfg, checkpoint)
    model = inferencer.model
    (face,) = draw_inputs(inferencer, 'test', 1, 0)
    assert face.image.shape == (56, 56, 3)
    inputs = face.tensor(model)
    assert inputs.shape == (1, 3, 168, 56)
    assert last_map_layer(model, inputs) == 'neck'
    assert main_layers(model, inputs) == ['backbone', 'neck']
    maps = feature_maps(model, inputs, ['backbone', 'neck', 'backbone.global_trunk'])
    assert all(one.shape == (1, 7, 7) for one in maps.values())
    np.testing.assert_array_equal(maps['backbone'], maps['backbone.global_trunk'])
    heat = grad_cam(model, inputs, 2, 'neck')
    assert heat.shape == (56, 56) and np.isfinite(heat).all()
    for look in (
        lambda layer: grad_cam(model, inputs, 2, layer),
        lambda layer: feature_maps(model, inputs, [layer]),
    ):
        with pytest.raises(ValueError, match='maps of eyes and mouth'):
            look('backbone.local_trunk')


def test_the_attention_is_drawn(
    trained: tuple[Config, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    (dumped,) = trained[1].parent.glob('*.py')
    config = tmp_path / 'config.py'
    config.write_text(f"_base_ = '{dumped}'\nface_crop = dict(size=48)\n")
    tool, out = 'analysis_tools/feature_maps.py', tmp_path / 'maps.png'
    run_main(monkeypatch, tool, config, trained[1], '--num', 2, '--out', out)
    assert 'backbone, neck, attention of 2 faces' in capsys.readouterr().out
    assert Image.open(out).size[0] > 4 * 204  # tiles of 1.7 inches, at 120 dots per inch


def test_features_of_a_data_set_ignore_absent_regions(trained: tuple[Config, Path]) -> None:
    cfg, checkpoint = trained
    kept = TrainedModel.load(cfg, checkpoint)
    dataset = kept.dataset('test')
    plain = kept.bank(dataset).enhanced
    blind = lambda results: {**results, 'region_valid': np.array([False, True])}  # noqa: E731
    dataset.pipeline.transforms.insert(-1, blind)
    without = kept.bank(dataset).enhanced
    assert plain.shape == (len(dataset), 256)
    assert (plain[:, :128] != without[:, :128]).any(dim=1).all()
    assert torch.equal(plain[:, 128:], without[:, 128:])
