"""The speed of the data loader of a config beside its training step."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from mmfer.engine.speed.report import RATE, Row
from mmfer.engine.speed.training_speed import step_of, trainable_model
from mmfer.engine.speed.turns import Speed, Step, Times, take_turns


class BatchReader:
    """Reads one batch after another from the training data of a config, epoch after epoch.

    Args:
        cfg: The config; its data set exists.

    Raises:
        ValueError: If the training data are fewer than a batch.
    """

    def __init__(self, cfg: Config) -> None:
        options = deepcopy(cfg.train_dataloader)
        options['drop_last'] = True  # all batches count alike
        self.loader = Runner.build_dataloader(options, seed=0)
        self.batches: Iterator[Any] = iter(self.loader)
        self.batch: Any = next(self.batches, None)
        if self.batch is None:
            raise ValueError(
                'The training data are fewer than a batch. Give more images, or a smaller '
                'train_dataloader.batch_size.'
            )

    def __call__(self) -> None:
        """Read a batch."""
        self.batch = next(self.batches, None)
        if self.batch is None:
            self.batches = iter(self.loader)
            self.batch = next(self.batches)

    def drain(self) -> None:
        """Read what the workers have ready, so that the next batches cost their whole time."""
        for _ in range(self.loader.num_workers * (self.loader.prefetch_factor or 0)):
            self()


def data_speed(
    configs: Mapping[str, Config],
    times: Times,
) -> list[Row]:
    """Measure the training data loader of configs alone, and their training step with a batch.

    Both have the batch size, the transforms and the workers of the config.

    Args:
        configs: The configs by name; their data sets exist.
        times: How long, by which clock and on which device steps are measured.

    Returns:
        Two rows for each config; ratios relate to its training step.

    Raises:
        ValueError: If CPU time is to be counted, but other processes read the images.
    """
    readers = {name: BatchReader(cfg) for name, cfg in configs.items()}
    if times.cpu_time and any(reader.loader.num_workers for reader in readers.values()):
        raise ValueError(
            'The CPU time of this process lacks that of the workers. Leave out --cpu-time, or add '
            '--cfg-options train_dataloader.num_workers=0 '
            'train_dataloader.persistent_workers=False.'
        )
    rows: list[Row] = []
    steps: list[Step] = []
    batches: list[int] = []
    for name, reader in readers.items():
        model = trainable_model(configs[name], times.device)
        step = step_of(model, reader.batch['inputs'], reader.batch['data_samples'])
        rows += [Row({'model': name, 'part': part}) for part in ('training step', 'data loader')]
        steps += [step, reader]
        batches += [len(reader.batch['inputs'])] * 2
    first = [number - number % 2 for number in range(len(steps))]
    turns = []
    for _ in range(times.repeats):
        for reader in readers.values():
            reader.drain()
        turns.append(take_turns(steps, batches, 1, times.seconds, times.timer, first))
    for number, row in enumerate(rows):
        speed = Speed.joined([speeds[number] for speeds in turns])
        waits = number % 2 and readers[row.names['model']].loader.num_workers
        if waits:  # this thread waits for the workers, whatever else runs
            speed = Speed(speed.rounds, speed.ratios)
        row.speeds[RATE] = speed
        row.facts['batch'] = str(batches[number])
        row.facts["share of the step's time"] = f'{1 / speed.ratio:.1%}'
    return rows
