"""The label audit on real noise, compared with a model's own confidence and confident learning."""

import json
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config, ConfigDict
from mmengine.dataset import BaseDataset
from mmengine.registry import DefaultScope
from torch.nn import functional

from mmfer.apis.model import TrainedModel
from mmfer.engine.experiments.child_process import cores, run_child
from mmfer.engine.experiments.leakage import innermost
from mmfer.engine.feature_bank import FeatureBank, build_unread
from mmfer.engine.label_audit import (
    bank_distributions,
    bank_similarity,
    neighbors_elsewhere,
)
from mmfer.evaluation.label_noise import (
    check_wrong,
    confident_learning,
    mean_rank,
    self_confidence,
)
from mmfer.files import write_atomically, write_json
from mmfer.registry import DATASETS
from mmfer.settings import check_same

OWN = 'own confidence, cross-validated'
"""The method with which the others are compared."""

TRAINING = 'training'
"""The work folder of a training, which writes its own ``config.py``."""


@dataclass(frozen=True)
class NoiseAudit:
    """Trainings on noisy labels, and the suspicions that follow from them.

    One model is trained on all images, and ``folds`` models on all but a part of the images each.
    Every step leaves a file in ``out``, so that the same call continues a killed one.

    Args:
        config: The config. Its training data have ``gt_label``, the noisy label, and
            ``clean_label``, the reference, such as FERPlus with ``labels='fer2013'``.
        out: The folder for the trainings and their results.
        tools: The folder of the command line tools of mmfer.
        folds: Number of parts of the training images.
        seed: Seed of the parts and of the trainings.
        k: Number of neighbors.
        jobs: Number of trainings at the same time.
    """

    config: Config
    out: Path
    tools: Path
    folds: int = 3
    seed: int = 0
    k: int = 20
    jobs: int = 1

    def run(self) -> list[dict[str, Any]]:
        """Train what is not trained yet, and return a row for each image.

        Returns:
            Rows with ``img_path``, ``label``, ``clean_label``, ``suggestion`` (the class that the
            cross-validated neighbors have most often) and ``suspicions`` by method.

        Raises:
            ValueError: If ``out`` contains work with other settings or labels, the data have no
                clean labels, or a training fails.
        """
        parts = {'all': None, **{f'fold{i}': i for i in range(self.folds)}}
        settings = {
            name: {'config.py': self._config(fold).pretty_text, 'k': str(self.k)}
            for name, fold in parts.items()
        }
        for name in parts:
            self._check_settings(self.out / name, settings[name])
        untrained = [
            name
            for name in parts
            if not any((self.out / name / file).is_file() for file in ('rows.json', 'trained'))
        ]
        if untrained:
            self._check_labels()
        with ThreadPoolExecutor(self.jobs) as pool:
            for _ in pool.map(lambda name: self._train(name, settings[name]), untrained):
                pass
        whole = {row['img_path']: row for row in self._rows('all', None)}
        held_out = [row for i in range(self.folds) for row in self._rows(f'fold{i}', i)]
        self._check_same_labels(held_out)
        rows = [{**row, 'seen': whole[row['img_path']]} for row in held_out]
        labels = np.array([row['label'] for row in rows])
        probs, near_probs, near_labels = (
            np.array([row[name] for row in rows]) for name in ('probs', 'near_probs', 'near_labels')
        )
        seen_probs, seen_near = (
            np.array([row['seen'][name] for row in rows]) for name in ('probs', 'near_probs')
        )
        own = self_confidence(probs, labels)
        suspicions = {
            'label audit (predictions of neighbors)': self_confidence(seen_near, labels),
            'own confidence': self_confidence(seen_probs, labels),
            OWN: own,
            'confident learning, cross-validated': confident_learning(probs, labels),
            'predictions of neighbors, cross-validated': self_confidence(near_probs, labels),
            'labels of neighbors, cross-validated': self_confidence(near_labels, labels),
            'mean rank of own confidence and labels of neighbors, cross-validated': mean_rank(
                own, self_confidence(near_labels, labels)
            ),
        }
        return [
            {
                **{name: row[name] for name in ('img_path', 'label', 'clean_label')},
                'suggestion': int(near_labels[i].argmax()),
                'suspicions': {name: float(values[i]) for name, values in suspicions.items()},
            }
            for i, row in enumerate(rows)
        ]

    @property
    def classes(self) -> list[str]:
        """The names of the classes, from the data set."""
        with DefaultScope.overwrite_default_scope('mmfer'):
            dataset = DATASETS.build({**self._reader(self.config), 'lazy_init': True})
        return list(dataset.metainfo['classes'])

    def _rows(self, name: str, fold: int | None) -> list[dict[str, Any]]:
        """The rows of the images of a fold, or of all images."""
        folder = self.out / name
        found = folder / 'rows.json'
        if not found.is_file():
            write_json(found, self._measured(folder, fold), indent=None)
        return list(json.loads(found.read_text('utf-8')))

    @staticmethod
    def _reader(cfg: Config) -> ConfigDict:
        return innermost(cfg.train_dataloader.dataset, 'train_dataloader')

    def _config(self, fold: int | None) -> Config:
        cfg = deepcopy(self.config)
        cfg.randomness = dict(seed=self.seed, deterministic=False)
        dataset = self._reader(cfg)
        dataset.pop('val_ratio', None)
        if fold is not None:
            dataset.update(val_ratio=1 / self.folds, val_seed=self.seed, val_fold=fold)
        return cfg

    def _check_labels(self) -> None:
        """Check before hours of training that the folds exist and the result can be judged."""
        infos = self._infos()
        if not all('clean_label' in info for info in infos):
            raise ValueError(
                'The training data have no clean labels beside their own, so nothing can be '
                "judged. Use FERPlus(labels='fer2013'), or data with planted noise and without "
                'subjects.'
            )
        check_wrong(np.array([info['gt_label'] != info['clean_label'] for info in infos]))
        for fold in range(self.folds):
            config = self._config(fold)
            self._reader(config).split = 'val'
            self._infos(config)

    def _check_same_labels(self, rows: list[dict[str, Any]]) -> None:
        """Check that the labels did not change since the work, if the data are still there."""
        try:
            infos = self._infos()
        except FileNotFoundError:
            return
        now = {info['img_path']: (info['gt_label'], info.get('clean_label')) for info in infos}
        then = {row['img_path']: (row['label'], row['clean_label']) for row in rows}
        changed = sorted(
            path for path in now.keys() | then.keys() if now.get(path) != then.get(path)
        )
        if changed:
            raise ValueError(
                f'{len(changed)} images, such as "{changed[0]}", have other labels than in the '
                f'work in {self.out}, or are new or missing. Give another --out.'
            )

    def _infos(self, config: Config | None = None) -> list[dict[str, Any]]:
        """The training images of a config, or else of the model of all images."""
        with DefaultScope.overwrite_default_scope('mmfer'):
            dataset = build_unread((config or self._config(None)).train_dataloader.dataset)
        return [dataset.get_data_info(i) for i in range(len(dataset))]

    @staticmethod
    def _check_settings(folder: Path, settings: dict[str, str]) -> None:
        if folder.is_dir():
            recorded = {
                name: path.read_text('utf-8') if (path := folder / name).is_file() else None
                for name in settings
            }
            check_same(recorded, settings, f'The work in {folder}', 'Give another --out.')

    def _measured(self, folder: Path, fold: int | None) -> list[dict[str, Any]]:
        trained = TrainedModel.load(
            folder / 'config.py', (folder / TRAINING / 'last_checkpoint').read_text('utf-8').strip()
        )
        training = trained.dataset('train')
        bank = trained.bank(training)
        similarity = bank_similarity(trained.model)
        if fold is None:
            near_probs = bank_distributions(bank, similarity, self.k)
            return _rows(training, bank, near_probs, near_probs)
        self._reader(trained.config).split = 'val'
        held_out = trained.dataset('train')
        others = trained.bank(held_out)
        one_hot = functional.one_hot(bank.labels, bank.probs.size(1)).float()
        near = [
            neighbors_elsewhere(others.features, bank.features, values, similarity, self.k)
            for values in (bank.probs, one_hot)
        ]
        return _rows(held_out, others, *near)

    def _train(self, name: str, settings: dict[str, str]) -> None:
        """Train the model of a part."""
        folder = self.out / name
        for file, text in settings.items():
            write_atomically(folder / file, text)
        options = ['--work-dir', str(folder / TRAINING), '--resume', '--no-validate']
        script = [str(self.tools / 'train.py'), str(folder / 'config.py'), *options]
        module = ['-m', 'mmfer.engine.experiments.child_process', *script]
        log = folder / 'output.txt'
        if code := run_child(module, log, max(1, cores() // self.jobs)):
            raise ValueError(f'A training failed with exit code {code}: see {log}.')
        (folder / 'trained').touch()


def _rows(
    dataset: BaseDataset, bank: FeatureBank, near_probs: torch.Tensor, near_labels: torch.Tensor
) -> list[dict[str, Any]]:
    infos = [dataset.get_data_info(int(i)) for i in bank.sample_idx]
    return [
        {
            'img_path': info['img_path'],
            'label': int(info['gt_label']),
            'clean_label': int(info['clean_label']),
            'probs': bank.probs[i].tolist(),
            'near_probs': near_probs[i].tolist(),
            'near_labels': near_labels[i].tolist(),
        }
        for i, info in enumerate(infos)
    ]
