"""Runs one fold of a cross validation in a process.

The command is ``python -m mmfer.engine.experiments.run_fold CONFIG``.
"""

import sys
from pathlib import Path

from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from mmfer.engine.checkpoint import ATOMIC_BACKEND, write_checkpoint
from mmfer.engine.cli import friendly_errors
from mmfer.engine.config import load_config
from mmfer.engine.experiments.child_process import end_with_parent
from mmfer.engine.testing import test
from mmfer.engine.training import train

MODEL, PREDICTIONS = 'model.pth', 'predictions.json'
"""The output of a fold; a fold with predictions is finished."""
PASSING = ('epoch_*.pth', 'iter_*.pth', 'best_*.pth', 'last_checkpoint')
"""The files for resuming a killed fold; a finished fold deletes them."""


def run_fold(config: Path) -> None:
    """Train on the training subjects of a fold, or resume, then test once on the held-out subjects.

    The tested model is that of the last epoch or, with ``save_best`` on a validation part of the
    training subjects, the best model.

    Args:
        config: The config of the fold. The output goes to the folder of the same name next to it.
    """
    folder = config.with_suffix('')
    model = folder / MODEL
    if not model.is_file():
        runner = train(load_config(config, folder), resume=True)
        _keep_model(runner, folder)
    test(load_config(config, folder), model, dump_to=folder / PREDICTIONS)
    for pattern in PASSING:
        for path in folder.glob(pattern):
            path.unlink()


def _keep_model(runner: Runner, folder: Path) -> None:
    hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    if not any(hook.save_best for hook in hooks):
        runner.save_checkpoint(
            str(folder),
            MODEL,
            save_optimizer=False,
            save_param_scheduler=False,
            meta=dict(epoch=runner.epoch, iter=runner.iter),
            backend_args=dict(backend=ATOMIC_BACKEND),
        )
        return
    best = sorted(folder.glob('best_*.pth'))
    if len(best) != 1:
        raise ValueError(
            f'{folder}: save_best left {len(best)} checkpoints, but only one can be tested. Give '
            "one measure of the validation, such as save_best='macro_f1'."
        )
    write_checkpoint(folder / MODEL, best[0].read_bytes())


@friendly_errors
def main() -> None:
    end_with_parent()
    run_fold(Path(sys.argv[1]))


if __name__ == '__main__':
    main()
