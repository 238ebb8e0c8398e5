"""Effects of the arguments of test()."""

import json
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.config import Config

from mmfer.engine import test as run_test
from mmfer.engine import train
from mmfer.engine.testing import add_metric, use_tta
from tests.helpers import tiny_config

METRIC = dict(type='DumpPredictions', out_file='out.json')


@pytest.mark.parametrize(
    ('before', 'after'),
    [
        (dict(type='Accuracy'), [dict(type='Accuracy'), METRIC]),
        ([dict(type='Accuracy')], [dict(type='Accuracy'), METRIC]),
        (dict(metrics=dict(type='Accuracy')), dict(metrics=[dict(type='Accuracy'), METRIC])),
        (dict(metrics=[dict(type='Accuracy')]), dict(metrics=[dict(type='Accuracy'), METRIC])),
    ],
)
def test_a_metric_is_added_to_any_evaluator(before, after) -> None:
    cfg = Config(dict(test_evaluator=before))
    add_metric(cfg, METRIC)
    assert cfg.test_evaluator == after


def test_tta_replaces_the_innermost_pipeline() -> None:
    inner = dict(type='CustomDataset', pipeline=['old'])
    cfg = Config(
        dict(
            model=dict(type='ImageClassifier'),
            tta_pipeline=['new'],
            test_dataloader=dict(dataset=dict(type='RepeatDataset', dataset=inner)),
        )
    )
    use_tta(cfg)
    assert cfg.model.type == 'AverageClsScoreTTA'
    assert cfg.model.module.type == 'ImageClassifier'
    assert cfg.test_dataloader.dataset.dataset.pipeline == ['new']
    joined = dict(type='ConcatDataset', datasets=[dict(pipeline=['old']), dict(pipeline=['old'])])
    cfg.test_dataloader.dataset = joined
    use_tta(cfg)
    assert [part.pipeline for part in cfg.test_dataloader.dataset.datasets] == [['new'], ['new']]


def test_tta_needs_a_pipeline(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder)
    with pytest.raises(ValueError, match='Add a `tta_pipeline`'):
        use_tta(cfg)


def test_a_missing_checkpoint_or_test_part_is_an_error(image_folder: Path, tmp_path: Path) -> None:
    cfg = tiny_config(tmp_path, image_folder)
    with pytest.raises(FileNotFoundError, match=r'No checkpoint at "none\.pth"'):
        run_test(cfg, 'none.pth')
    (tmp_path / 'some.pth').touch()
    cfg.test_evaluator = None
    with pytest.raises(ValueError, match='needs a `test_dataloader` and a `test_evaluator`'):
        run_test(cfg, tmp_path / 'some.pth')


def test_tta_averages_scores(image_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / 'trained'
    train(tiny_config(folder, image_folder), validate=False)
    view = [dict(type='LoadImageFromFile'), dict(type='ResizeEdge', scale=32)]
    flip, pack = dict(type='RandomFlip', prob=1.0), dict(type='PackInputs')
    both = dict(type='TestTimeAug', transforms=[[flip, dict(type='RandomFlip', prob=0.0)], [pack]])
    scores = {}
    for name, pipeline in (('plain', [*view, pack]), ('flip', [*view, flip, pack]), ('tta', None)):
        cfg = tiny_config(tmp_path / name, image_folder)
        if pipeline:
            cfg.test_dataloader.dataset.pipeline = pipeline
        cfg.tta_pipeline = [*view, both]
        out = tmp_path / f'{name}.json'
        run_test(cfg, folder / 'work' / 'epoch_1.pth', dump_to=out, tta=name == 'tta')
        rows = json.loads(out.read_text())['predictions']
        scores[name] = np.array([row['pred_scores'] for row in rows])
    assert not np.allclose(scores['plain'], scores['flip'], atol=1e-4)
    np.testing.assert_allclose(scores['tta'], (scores['plain'] + scores['flip']) / 2, atol=1e-5)


def test_views_of_another_size_are_refused(image_folder: Path, tmp_path: Path) -> None:
    train(tiny_config(tmp_path / 'trained', image_folder), validate=False)
    cfg = tiny_config(tmp_path / 'tta', image_folder)
    views = dict(type='TestTimeAug', transforms=[[dict(type='PackInputs')]])
    cfg.tta_pipeline = [dict(type='LoadImageFromFile'), dict(type='ResizeEdge', scale=48), views]
    with pytest.raises(ValueError, match='a view of tta_pipeline has 48 x 48 px, but .* 32 x 32'):
        run_test(cfg, tmp_path / 'trained/work/epoch_1.pth', tta=True)


def test_tests_that_start_in_the_same_second_share_no_folder(
    image_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tiny_config(tmp_path / 'trained', image_folder), validate=False)
    clock = SimpleNamespace(time=time.time, localtime=time.localtime, strftime=lambda *_: 'now')
    monkeypatch.setattr('mmengine.runner.runner.time', clock)
    for name in ('first', 'second'):
        cfg = tiny_config(tmp_path / name, image_folder)
        cfg.pop('experiment_name')
        run_test(cfg, tmp_path / 'trained' / 'work' / 'epoch_1.pth')
        assert (Path(cfg.work_dir) / 'now' / 'vis_data' / 'config.py').is_file()
        shutil.rmtree(cfg.work_dir)  # as that of a page about a model
