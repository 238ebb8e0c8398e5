"""Testing of a trained model."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.dataset import Compose
from mmengine.dist import is_main_process

from mmfer.datasets.subject_names import name_subjects
from mmfer.datasets.wrapped import pipeline_of, readers_of
from mmfer.engine.checkpoints.addresses import local_checkpoint
from mmfer.engine.training import build_runner, give_own_name
from mmfer.files import check_writable, write_json


def use_tta(cfg: Config) -> None:
    """Change a config to average the scores over its ``tta_pipeline``.

    Raises:
        ValueError: If the config has no ``tta_pipeline``.
    """
    if 'tta_pipeline' not in cfg:
        raise ValueError(
            '--tta needs augmented views. Add a `tta_pipeline` with the transform TestTimeAug to '
            'the config.'
        )
    tta_model = deepcopy(cfg.get('tta_model', ConfigDict(type='AverageClsScoreTTA')))
    cfg.model = ConfigDict(**tta_model, module=cfg.model)
    for reader in readers_of(cfg.test_dataloader.dataset):
        reader.pipeline = cfg.tta_pipeline


def check_views(dataset: Any, pipeline: Sequence[dict[str, Any]]) -> None:
    """Check that the views of the first sample have the size of the images of the test pipeline.

    Raises:
        ValueError: If they have another size, for which the model was not trained.
    """
    views = dataset[0]['inputs']
    plain = Compose(pipeline)(dataset.get_data_info(0))['inputs']
    sizes = [' x '.join(map(str, image.shape[:-3:-1])) for image in (plain, *views)]
    other = [size for size in sizes if size != sizes[0]]
    if other:
        raise ValueError(
            f'--tta: a view of tta_pipeline has {other[0]} px, but the images of the test pipeline '
            f'have {sizes[0]} px. Give tta_pipeline the transforms of the test pipeline before '
            'TestTimeAug.'
        )


def add_metric(cfg: Config, metric: dict[str, Any]) -> None:
    """Append a metric to the test evaluator of a config, which may be a dict or a list."""
    evaluator = cfg.test_evaluator
    if isinstance(evaluator, dict) and 'metrics' in evaluator:
        metrics = evaluator['metrics']
        evaluator['metrics'] = [*(metrics if isinstance(metrics, list) else [metrics]), metric]
    else:
        cfg.test_evaluator = [*(evaluator if isinstance(evaluator, list) else [evaluator]), metric]


def test(
    cfg: Config,
    checkpoint: str | Path,
    out: str | Path | None = None,
    dump_to: str | Path | None = None,
    show_dir: str | Path | None = None,
    tta: bool = False,
) -> dict[str, float]:
    """Test a checkpoint with a config of :func:`mmfer.engine.load_config`.

    Args:
        cfg: The config.
        checkpoint: Path or address of the checkpoint.
        out: A JSON file for the metrics; ExpressionMetric and AttributeMetric write their whole
            report, with every class or attribute and every group.
        dump_to: A JSON file for the predictions of all images.
        show_dir: A folder for the test images with their true and predicted classes.
        tta: Average the scores over the views of the config's ``tta_pipeline``.

    Returns:
        The metrics.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If the config has no test part, or with ``tta`` no ``tta_pipeline`` or one whose
            views have another size than the images of the test pipeline.
        OSError: If ``out`` or ``dump_to`` cannot be written.
    """
    local_checkpoint(checkpoint)  # a missing checkpoint is known before the model is built
    if cfg.get('test_dataloader') is None or cfg.get('test_evaluator') is None:
        raise ValueError('The config needs a `test_dataloader` and a `test_evaluator`.')
    cfg.load_from, cfg.resume = str(checkpoint), False
    pipeline = pipeline_of(cfg.test_dataloader.dataset, 'test_dataloader.dataset') if tta else None
    if tta:
        use_tta(cfg)
    for path in (out, dump_to):
        if path is not None:
            check_writable(path)
    if dump_to is not None:
        add_metric(cfg, dict(type='DumpPredictions', out_file=str(dump_to)))
    if show_dir is not None:
        drawing = dict(type='DrawPredictionsHook', out_dir=str(show_dir))
        cfg.custom_hooks = [*cfg.get('custom_hooks', []), drawing]
    name_subjects(cfg.test_dataloader.dataset)
    give_own_name(cfg, 'test')
    runner = build_runner(cfg)
    if pipeline is not None:
        check_views(runner.test_dataloader.dataset, pipeline)
    metrics = runner.test()
    if out is not None and is_main_process():
        content: dict[str, Any] = {name: float(value) for name, value in metrics.items()}
        for metric in runner.test_evaluator.metrics:
            content |= getattr(metric, 'report', None) or {}
        write_json(out, content)
    return metrics
