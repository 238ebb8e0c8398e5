"""A model with all that its predictions need: weights, pipeline, classes, framing, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DefaultScope

from mmfer.apis.loading import build_model, build_pipeline, class_names, face_alignment, read_config
from mmfer.apis.predictions import named_scores
from mmfer.datasets.wrapped import readers_of
from mmfer.engine.configuration.config_text import config_from_text
from mmfer.engine.model_building import use_fast_layout
from mmfer.engine.runtimes.onnx_model import OnnxModel
from mmfer.engine.trained_models.content import own_config, put_weights, read_checkpoint
from mmfer.faces import Alignment
from mmfer.protocols import predicts_attributes
from mmfer.registry import register_all_modules
from mmfer.runtime.calibration import recorded_temperature
from mmfer.runtime.onnx_file import SUFFIX, Metadata, OnnxFile
from mmfer.shipped_models import WEIGHTS, model_card, shipped_checkpoint

RENDERED = 'synthetic'
"""The folder below ``data/`` in which renderings are kept."""


@dataclass
class LoadedModel:
    """A model in eval mode, and what its predictions need.

    Args:
        config: The config.
        model: The classifier, in PyTorch or in onnxruntime.
        pipeline: The test pipeline without the loading step.
        classes: The classes or attributes, in the order of the scores.
        dataset_meta: The facts about the training data in the checkpoint.
        alignment: How to crop faces; None if that is not known.
        of_attributes: Whether the model predicts attributes.
        temperature: The temperature of the calibration; None if the model is not calibrated.
        rendered: Whether the model was trained only on renderings.
        card: The model card, JSON values; empty if there is none.
    """

    config: Config
    model: Any
    pipeline: Compose
    classes: tuple[str, ...]
    dataset_meta: dict[str, Any]
    alignment: Alignment | None
    of_attributes: bool
    temperature: float | None
    rendered: bool
    card: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(
        cls, config: str | Path | Config | None, checkpoint: str | Path | None, device: str
    ) -> 'LoadedModel':
        """Load a model; see :class:`mmfer.apis.FERInferencer` for the arguments and errors."""
        register_all_modules()
        config, checkpoint = _chosen(config, checkpoint)
        if Path(checkpoint).suffix.lower() == SUFFIX:
            return cls._from_onnx(config, checkpoint, device)
        loaded = read_checkpoint(checkpoint)
        cfg = own_config(loaded, checkpoint) if config is None else read_config(config)
        with DefaultScope.overwrite_default_scope('mmfer'):
            model = build_model(cfg)
            meta = put_weights(model, loaded, checkpoint)
            pipeline = build_pipeline(cfg)
            classes = class_names(cfg, meta, str(checkpoint))
        model.to(device)
        model.eval()
        if device == 'cpu':
            use_fast_layout(model)
        of_attributes = predicts_attributes(model)
        return cls(
            cfg,
            model,
            pipeline,
            classes,
            meta.get('dataset_meta') or {},
            face_alignment(cfg, meta, str(checkpoint)),
            of_attributes,
            None if of_attributes else recorded_temperature(meta, str(checkpoint)),
            _trained_on_renderings(cfg, meta),
            _card(checkpoint),
        )

    @classmethod
    def _from_onnx(cls, config: Any, path: str | Path, device: str) -> 'LoadedModel':
        if config is not None:
            raise ValueError(f'"{path}" needs no config, because it carries all: give it alone.')
        if device != 'cpu':
            raise ValueError(f'"{path}" is run by onnxruntime on the CPU: leave out the device.')
        return cls.of_file(OnnxFile.read(path, OnnxModel))

    @classmethod
    def of_file(cls, file: OnnxFile) -> 'LoadedModel':
        """The model of an exported file, which was read with :class:`OnnxModel`.

        Raises:
            ValueError: If a step of its pipeline, the face crop or the calibration is wrong.
        """
        facts = file.metadata
        config = _config_of(facts, file.where)
        with DefaultScope.overwrite_default_scope('mmfer'):
            pipeline = build_pipeline(config)
        return cls(
            config,
            file.model,
            pipeline,
            tuple(facts['classes']),
            {'unknown_attributes': facts['unknown_attributes']},
            face_alignment(config, {}, file.where),
            facts['of_attributes'],
            recorded_temperature(facts, file.where),
            facts['rendered'],
            facts['model_card'],
        )

    @property
    def in_onnxruntime(self) -> bool:
        """Whether onnxruntime runs the model, not PyTorch."""
        return isinstance(self.model, OnnxModel)

    @property
    def unlearnt(self) -> set[str]:
        """The attributes that no training data had."""
        return set(self.dataset_meta.get('unknown_attributes') or ())

    def scores(self, samples: Sequence[dict[str, Any]], batch_size: int) -> list[dict[str, float]]:
        """The probabilities of classes or attributes of faces, in batches.

        Args:
            samples: Inputs of the pipeline.
            batch_size: Maximum number of faces in a batch.

        Raises:
            ModelMismatchError: If the model has another number of scores than of classes.
            NotFiniteError: If a score is not finite.
        """
        results: list[dict[str, float]] = []
        for start in range(0, len(samples), batch_size):
            batch = [self.pipeline(sample) for sample in samples[start : start + batch_size]]
            with torch.inference_mode():
                answers = self.model.test_step(pseudo_collate(batch))
            values = [answer.pred_score.double().cpu().numpy() for answer in answers]
            results += named_scores(values, self.classes, self.temperature, self.unlearnt)
        return results


def _chosen(
    config: str | Path | Config | None, checkpoint: str | Path | None
) -> tuple[str | Path | Config | None, str | Path]:
    """The config (None for the config in the checkpoint) and the checkpoint."""
    if checkpoint is not None:
        return config, checkpoint
    if config is None:
        return None, shipped_checkpoint()
    if isinstance(config, Config) or Path(config).suffix == '.py':
        raise ValueError(f'Give the checkpoint that was trained with the config {config}, too.')
    is_name = Path(config).suffix == '' and not Path(config).exists()
    return None, shipped_checkpoint(str(config)) if is_name else config


def _config_of(facts: Metadata, where: str) -> Config:
    """A config with the test pipeline and ``face_crop`` of an exported file."""
    pipeline, crop = facts['preprocessing']['pipeline'], facts['face_crop']
    # As text, because there every component is checked to be a registered one.
    text = f'test_dataloader = {dict(dataset=dict(pipeline=pipeline))!r}\nface_crop = {crop!r}'
    return config_from_text(text, where)


def _card(checkpoint: str | Path) -> dict[str, Any]:
    """The card of a shipped model; empty for other checkpoints."""
    path = Path(checkpoint)
    return model_card(path.stem) if path.parent.absolute() == WEIGHTS else {}


def _trained_on_renderings(config: Config, meta: dict[str, Any]) -> bool:
    """Whether all training data were rendered, by the checkpoint or else by their folders."""
    recorded = meta.get('rendered')
    if isinstance(recorded, bool):
        return recorded
    loader = config.get('train_dataloader')
    readers = [] if loader is None else list(readers_of(loader.dataset))
    roots = [Path(str(reader.get('data_root') or '')).parts for reader in readers]
    return bool(roots) and all(RENDERED in parts for parts in roots)
