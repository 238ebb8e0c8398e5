"""A data set of a config becomes shards that give the same samples."""

import json
from pathlib import Path

import numpy as np
import pytest

from mmfer.datasets import ExpressionShards
from mmfer.datasets.files.shard_writer import write_shards
from mmfer.engine import load_config
from mmfer.registry import DATASETS
from tests.helpers import ROOT, run_tool
from tests.small_configs import write_ferplus

CONFIG = ROOT / 'configs' / 'resnet' / 'resnet18_ferplus-48px.py'


def test_votes_and_images_are_kept(tmp_path: Path) -> None:
    write_ferplus(tmp_path / 'ferplus')
    arguments = [CONFIG, '--out', tmp_path / 'shards', '--images-per-shard', 5]
    options = {
        'data_root': str(tmp_path / 'ferplus'),
        'train_dataloader.dataset.indices': 9,
        'train_dataloader.dataset.pipeline': [{'type': 'LoadExpressionImage'}],
    }
    given = ['--cfg-options', *(f'{name}={value}' for name, value in list(options.items())[:2])]
    run = run_tool('pack_shards.py', *arguments, *given)
    found: dict[str, object] = {}
    exec('read = ' + run.stdout[run.stdout.index('dict(type=') :], found)
    read = found['read']
    assert isinstance(read, dict) and read.pop('type') == 'ExpressionShards'
    pipeline = options['train_dataloader.dataset.pipeline']
    shards = ExpressionShards(**read, soft_labels=True, empty_classes='warn', pipeline=pipeline)
    faces = DATASETS.build(load_config(CONFIG, options=options).train_dataloader.dataset)
    assert len(shards) == len(faces) == 9
    for ours, theirs in zip(shards, faces, strict=True):
        assert ours['gt_label'] == theirs['gt_label']
        np.testing.assert_allclose(ours['gt_score'], theirs['gt_score'], atol=1e-6)
        np.testing.assert_array_equal(ours['img'], theirs['img'])
    again = run_tool('pack_shards.py', *arguments, *given, check=False)
    assert again.returncode == 1 and 'has 2 shards of the train part' in again.stderr


def test_marks_of_renderings_and_the_crop_of_faces_are_kept(tmp_path: Path) -> None:
    write_ferplus(tmp_path)
    (tmp_path / 'rendering.json').write_text('{}')
    crop = {'type': 'box', 'size': 48, 'scale': 1.2, 'shift': [0.0, 0.0]}
    sidecar = {'images': [], 'annotations': [], 'categories': [], 'alignment': crop}
    (tmp_path / 'annotations').mkdir()
    for part in ('train', 'val'):
        (tmp_path / 'annotations' / f'{part}.json').write_text(json.dumps(sidecar))
    for part, marked in (('val', False), ('train', True)):
        arguments = [CONFIG, '--part', part, '--out', tmp_path / 'shards']
        run = run_tool('pack_shards.py', *arguments, '--cfg-options', f'data_root={tmp_path}')
        assert (tmp_path / 'shards' / 'rendering.json').exists() is marked
    assert f'face_crop = {crop}' in run.stdout


def test_what_is_no_image_with_a_class_is_refused(tmp_path: Path) -> None:
    class Samples:
        metainfo = {'classes': ('calm',)}

        def __init__(self, sample: dict[str, object]) -> None:
            self.sample = sample

        def __len__(self) -> int:
            return 1

        def get_data_info(self, index: int) -> dict[str, object]:
            return self.sample

    image = str(ROOT / 'tests' / 'data' / 'astronaut.jpg')
    for sample, said in (
        ({'img_path': [image], 'gt_label': 0}, 'a sample of several images'),
        ({'img_path': image}, 'has no class'),
    ):
        with pytest.raises(ValueError, match=said):
            list(write_shards(Samples(sample), tmp_path, 'train', 1))  # type: ignore[arg-type]
        assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        list(write_shards(Samples({'img_path': 'no.jpg', 'gt_label': 0}), tmp_path, 'train', 1))  # type: ignore[arg-type]
