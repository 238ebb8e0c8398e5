"""docs/recipes.md: each recipe is trained as the page says."""

import re
from pathlib import Path

import pytest
import torch

from mmfer.engine import trained_score
from mmfer.synthetic.generate import generate
from tests.helpers import ROOT, call_tool

PAGE = (ROOT / 'docs' / 'recipes.md').read_text(encoding='utf-8')
SECTIONS = dict(zip(*[iter(re.split(r'^## (.*)$', PAGE, flags=re.MULTILINE)[1:])] * 2, strict=True))


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the renderings of the base config."""
    folder = tmp_path_factory.mktemp('recipes')
    generate('ifer', folder / 'data' / 'renderings', 'tiny', size=48, progress=False)
    return folder


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def code(section: str, number: int = 0) -> str:
    return re.findall(r'```python\n(.*?)```', SECTIONS[section], re.DOTALL)[number]


def trained(section: str, number: int = 0) -> tuple[Path, str]:
    """The work directory and the log of a training with a recipe."""
    name = f'{re.sub("[^a-z]", "", section.lower())}{number}'
    Path(f'{name}.py').write_text(
        f"_base_ = 'mmfer::custom/resnet18_renderings.py'\n{code(section, number)}"
    )
    result = call_tool('train.py', f'{name}.py', '--cfg-options', 'epochs=1')
    return Path('work_dirs', name), result.stdout


def weights(work: Path) -> dict[str, torch.Tensor]:
    return torch.load(work / 'epoch_1.pth', weights_only=True)


def test_every_recipe_of_the_page_is_tested() -> None:
    names = ('TensorBoard', 'Weights & Biases', 'Averaged weights (EMA)', 'Mixup and CutMix')
    assert tuple(SECTIONS) == (*names, 'Class weights', 'Search for a learning rate')


def test_tensorboard_gets_losses_and_measures() -> None:
    accumulator = pytest.importorskip('tensorboard.backend.event_processing.event_accumulator')
    work, _ = trained('TensorBoard')
    (events,) = work.rglob('events.out.tfevents.*')
    read = accumulator.EventAccumulator(str(events))
    read.Reload()
    assert {'loss', 'lr', 'accuracy'} <= set(read.Tags()['scalars'])


def test_wandb_writes_a_run_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = pytest.importorskip('wandb')
    work, _ = trained('Weights & Biases')
    wandb.finish()
    assert list(work.rglob('offline-run-*/run-*.wandb'))


def test_the_weights_are_averaged() -> None:
    found = weights(trained('Averaged weights (EMA)')[0])
    name = 'backbone.conv1.weight'
    assert 'ema_state_dict' in found and not torch.equal(
        found['state_dict'][name], found['ema_state_dict'][f'module.{name}']
    )


def test_batches_are_mixed_and_classes_weighted() -> None:
    for section, said in (
        ('Mixup and CutMix', "type='CutMix'"),
        ('Class weights', 'class_weight=['),
    ):
        assert said in trained(section)[1]
    assert "sampler=dict(type='ClassBalancedSampler'" in trained('Class weights', 1)[1]


def test_optuna_finds_a_learning_rate(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip('optuna')
    exec(compile(code('Search for a learning rate'), 'recipes.md', 'exec'), {})
    said = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"\{'lr': [0-9.e-]+\}", said)
    assert len(list(Path('work_dirs').glob('lr_*/epoch_2.pth'))) == 3


def test_a_measure_that_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match='no measure "acc". It has: accuracy, mean_class'):
        trained_score('resnet18_renderings', 'work_dirs/none', {'epochs': 1}, 'acc')
