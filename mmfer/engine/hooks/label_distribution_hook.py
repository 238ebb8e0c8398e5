"""Updates of label distributions for NNLDL (paper 003, section 3.4)."""

import hashlib
import logging
from pathlib import Path
from typing import Any

import torch
from mmengine.dataset import BaseDataset
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import Tensor

from mmfer.datasets.wrapped import (
    each_sample_once,
    evaluation_pipeline,
    number_samples,
)
from mmfer.engine.feature_bank import build_with_pipeline, collect_bank, unwrap
from mmfer.engine.hooks.eval_context_hook import with_support_set
from mmfer.engine.label_audit import audit_rows, bank_distributions, bank_similarity
from mmfer.engine.train_loop import done_in_epoch, needs_epochs
from mmfer.files import write_json
from mmfer.models.heads import MomentumBank
from mmfer.protocols import LearnsFromBank, LearnsFromNeighbors, NeighborLoss, predicts_attributes
from mmfer.registry import HOOKS

CHECKPOINT_KEY, SAMPLES_KEY = 'label_distribution', 'label_distribution_samples'
BANK_KEY = 'neighbor_bank'


@HOOKS.register_module()
class LabelDistributionHook(Hook):
    """Warms up the neighbor loss and finds neighbors outside the batch.

    Args:
        warmup_epochs: Number of epochs in which the weight of the loss rises linearly from 0; 0 for
            no warm-up, as in the paper.
        neighbors: ``'batch'``: neighbors from the batch, as in the paper. ``'bank'``: neighbors
            from the whole training set, over all ranks; the distributions are saved in the
            checkpoint. ``'momentum'``: neighbors from a :class:`mmfer.models.MomentumBank` of the
            whole training set, which is filled in training without an extra pass; it is saved in
            the checkpoint.
        interval: Epochs between two refreshes of the bank.
        start: The first epoch, counted from 0, with a bank; earlier epochs use the batch.
        k: Number of neighbors in the bank; None takes k of the loss.
        audit_file: File in the work directory with the training images, ranked by the disagreement
            of their neighbors with the annotation, written at each refresh and at the end; None for
            no file. Needs ``neighbors='bank'``.
        batch_size: Images per step when the bank is computed.
        momentum: m of the :class:`mmfer.models.MomentumBank`. With ``neighbors='momentum'``,
            ``interval``, ``start``, ``k``, ``audit_file`` and ``batch_size`` have no effect; the
            number of neighbors is the k of the loss.

    Raises:
        ValueError: If an option is out of range, the head of the model has no neighbor loss, as
            RALDHead has, or a training with ``neighbors='bank'`` counts iterations, not epochs, or
            predicts attributes.

    Example:
        >>> custom_hooks = [dict(type='LabelDistributionHook', neighbors='bank', interval=5)]
    """

    def __init__(
        self,
        warmup_epochs: int = 0,
        neighbors: str = 'batch',
        interval: int = 1,
        start: int = 1,
        k: int | None = None,
        audit_file: str | None = 'label_audit.json',
        batch_size: int = 128,
        momentum: float = 0.5,
    ) -> None:
        if neighbors not in ('batch', 'bank', 'momentum'):
            raise ValueError(f"neighbors='{neighbors}' must be 'batch', 'bank' or 'momentum'.")
        if warmup_epochs < 0 or interval < 1 or start < 0:
            raise ValueError(
                f'warmup_epochs={warmup_epochs} and start={start} must not be negative, '
                f'interval={interval} must be at least 1.'
            )
        self.warmup_epochs = warmup_epochs
        self.neighbors = neighbors
        self.interval = interval
        self.start = start
        self.k = k
        self.audit_file = audit_file
        self.batch_size = batch_size
        self.momentum = momentum
        self._restored_bank: dict[str, Any] | None = None
        self._dataset: BaseDataset | None = None
        self._restored: Tensor | None = None
        self._restored_samples: str | None = None
        self._samples: str | None = None
        self._renew = False

    def _head(self, runner: Runner) -> tuple[LearnsFromNeighbors, NeighborLoss]:
        """The head and its neighbor loss."""
        head = getattr(unwrap(runner.model), 'head', None)
        loss = getattr(head, 'neighbor_loss', None)
        if not isinstance(head, LearnsFromNeighbors) or not isinstance(loss, NeighborLoss):
            raise ValueError(
                'LabelDistributionHook needs a head with neighbor_loss, such as RALDHead, but '
                f'{type(head).__name__} of the model has none. Set model.head.neighbor_loss, or '
                'remove the hook.'
            )
        return head, loss

    def before_train(self, runner: Runner) -> None:
        head, _ = self._head(runner)
        if self.neighbors == 'momentum':
            self._start_momentum(runner, head)
        if self.neighbors != 'bank':
            return
        if predicts_attributes(unwrap(runner.model)):
            raise ValueError(
                "LabelDistributionHook(neighbors='bank') ranks the classes of the images, but "
                f"{type(head).__name__} predicts attributes. Use neighbors='momentum' or 'batch'."
            )
        needs_epochs(runner, True, "LabelDistributionHook with neighbors='bank'")
        number_samples(runner.train_dataloader.dataset)
        self._samples = _digest(each_sample_once(runner.train_dataloader.dataset))
        if self._restored is not None and self._data_differ():
            self._restored = None
            self._renew = True
        head.neighbor_distributions = self._restored

    def _data_differ(self) -> bool:
        """Whether the checkpoint was trained on other data, which the log then says."""
        if self._restored_samples in (None, self._samples):
            return False
        print_log(
            'The training data differ from those of the checkpoint, so the neighbors are found '
            'again.',
            'current',
            level=logging.WARNING,
        )
        return True

    def before_train_epoch(self, runner: Runner) -> None:
        due = runner.epoch >= self.start and (runner.epoch - self.start) % self.interval == 0
        # A checkpoint from the middle of an epoch has the bank of this epoch.
        if done_in_epoch(runner) and self._restored is not None:
            due = False
        if self.neighbors == 'bank' and (due or self._renew):
            self._refresh(runner)
        self._restored, self._renew = None, False

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        total = self.warmup_epochs * len(runner.train_dataloader)
        head, _ = self._head(runner)
        head.neighbor_weight = min(1.0, (runner.iter + 1) / total) if total else 1.0

    def after_train(self, runner: Runner) -> None:
        if self.neighbors == 'bank' and self.audit_file:
            self._refresh(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        head, _ = self._head(runner)
        if head.neighbor_distributions is not None:
            checkpoint[CHECKPOINT_KEY] = head.neighbor_distributions
        if isinstance(head, LearnsFromBank) and head.neighbor_bank is not None:
            checkpoint[BANK_KEY] = head.neighbor_bank.state()
        if CHECKPOINT_KEY in checkpoint or BANK_KEY in checkpoint:
            checkpoint[SAMPLES_KEY] = self._samples

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        self._restored = checkpoint.get(CHECKPOINT_KEY)
        self._restored_samples = checkpoint.get(SAMPLES_KEY)
        self._restored_bank = checkpoint.get(BANK_KEY)

    def _start_momentum(self, runner: Runner, head: LearnsFromNeighbors) -> None:
        if not isinstance(head, LearnsFromBank):
            raise ValueError(
                f"LabelDistributionHook(neighbors='momentum'): {type(head).__name__} has no "
                "neighbor_bank. Use RALDHead, or neighbors='batch' or 'bank'."
            )
        dataset = runner.train_dataloader.dataset
        number_samples(dataset)
        samples = each_sample_once(dataset)
        self._samples = _digest(samples)
        bank = MomentumBank(len(samples), self.momentum)
        if self._restored_bank is not None and not self._data_differ():
            bank.load(self._restored_bank, next(runner.model.parameters()).device)
        head.neighbor_bank = bank

    def _refresh(self, runner: Runner) -> None:
        model, (head, loss) = unwrap(runner.model), self._head(runner)
        if self._dataset is None:
            pipeline = evaluation_pipeline(runner.cfg, 'The bank')
            self._dataset = build_with_pipeline(runner.cfg.train_dataloader.dataset, pipeline)
        with with_support_set(runner):
            bank = collect_bank(model, self._dataset, self.batch_size)
        similarity = bank_similarity(model)
        distributions = bank_distributions(bank, similarity, self.k or loss.k, loss.normalize)
        table = torch.full((len(self._dataset), distributions.size(1)), torch.nan)
        table[bank.sample_idx] = distributions
        head.neighbor_distributions = table
        if self.audit_file and is_main_process():
            classes = list(self._dataset.metainfo['classes'])
            paths = [self._dataset.get_data_info(int(i))['img_path'] for i in bank.sample_idx]
            rows = audit_rows(bank, distributions, classes, paths)
            path = Path(runner.work_dir) / self.audit_file
            write_json(path, rows)
            print_log(f'Label audit of {len(rows)} training images: {path}', 'current')


def _digest(samples: Any) -> str:
    """A digest of the names and labels of the samples; it stays the same if the folder moves."""
    sha = hashlib.sha256()
    for i in range(len(samples)):
        info = samples.get_data_info(i)
        sha.update(f'{Path(str(info.get("img_path"))).name} {info.get("gt_label")}\n'.encode())
    return sha.hexdigest()
