import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from mmengine.config import Config, ConfigDict

from mmfer.engine.experiments.repeat import Procedure, context_option, repeat
from mmfer.registry import register_all_modules

TOOL = """
import json, sys
from pathlib import Path
args = sys.argv[1:]
out = Path(args[args.index('--out') + 1])
with (Path(__file__).parent / 'calls').open('a') as calls:
    calls.write(json.dumps(args) + '\\n')
out.write_text(json.dumps({'accuracy': 10.0 * len(args)}))
"""
TRAIN = """
import sys
from pathlib import Path
args = sys.argv[1:]
assert not any('bad' in Path(arg).parts for arg in args), 'this row cannot be trained'
folder = Path(args[args.index('--work-dir') + 1])
(folder / 'last_checkpoint').write_text('last.pth')
(folder / 'arguments').write_text(' '.join(args))
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Substitutes for the tools with the same output files; tests/tools runs the real tools."""
    folder = tmp_path / 'tools'
    folder.mkdir()
    (folder / 'test.py').write_text(TOOL)
    (folder / 'train.py').write_text(TRAIN)
    return folder


def row(neck: dict | None = None, lr: float = 0.1) -> Config:
    model = dict(backbone=dict(type='ResNet'), **({} if neck is None else {'neck': neck}))
    return Config(dict(model=model, lr=lr))


def calls(tools: Path) -> list[Sequence[str]]:
    return [json.loads(line) for line in (tools / 'calls').read_text().splitlines()]


def test_every_row_and_seed_runs_once_in_every_context(tools: Path, tmp_path: Path) -> None:
    register_all_modules()
    rows = {'plain': row(), 'ours': row(dict(type='HIFENet', itrr=dict()))}
    how = Procedure(tools, ('support', 'self'), load_from='{backbone}_{seed}.pth', jobs=2)
    out = tmp_path / 'out'
    results = repeat(rows, (1,), out, how)
    assert {name: list(contexts) for name, contexts in results.items()} == {
        'plain': ['-'],
        'ours': ['support', 'self'],
    }
    assert json.loads((out / 'results.json').read_text()) == results
    given = (out / 'plain' / 'seed1' / 'arguments').read_text()
    assert given.endswith('--seed 1 --resume --cfg-options load_from=ResNet_1.pth')
    before = calls(tools)
    options = sorted(call[-1] for call in before if '--cfg-options' in call)
    assert options == ['model.neck.itrr.context=self', 'model.neck.itrr.context=support']
    assert len(before) == 3
    assert repeat(rows, (1,), out, how) == results
    assert calls(tools) == before


def test_views_are_tested_beside_single_images(tools: Path, tmp_path: Path) -> None:
    for tta in (False, True):
        repeat({'a': row()}, (0,), tmp_path / 'out', Procedure(tools, tta=tta))
    plain, views = calls(tools)
    assert '--tta' in views and '--tta' not in plain
    names = sorted(path.name for path in (tmp_path / 'out/a/seed0').glob('metrics*'))
    assert names == ['metrics_-.json', 'metrics_tta_-.json']


def test_runs_with_other_settings_are_refused(tools: Path, tmp_path: Path) -> None:
    repeat({'a': row()}, (0,), tmp_path / 'out', Procedure(tools))
    with pytest.raises(ValueError, match=r'out/a had other settings: config.py, .* = 0.1.* = 0.5'):
        repeat({'a': row(lr=0.5)}, (0,), tmp_path / 'out', Procedure(tools))
    with pytest.raises(ValueError, match=r'out/a had other settings: runs.json, .*"a.pth"'):
        repeat({'a': row()}, (0,), tmp_path / 'out', Procedure(tools, load_from='a.pth'))
    (tmp_path / 'out' / 'a' / 'runs.json').unlink()
    with pytest.raises(ValueError, match=r'out/a had other settings: runs.json was None'):
        repeat({'a': row()}, (0,), tmp_path / 'out', Procedure(tools))


def test_a_seed_that_is_given_twice_is_refused(tools: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='The seed 0 is given more than once.*Give each seed once'):
        repeat({'a': row()}, (0, 1, 0), tmp_path / 'out', Procedure(tools))
    assert not (tmp_path / 'out').exists()


def test_the_error_of_a_failing_run_names_its_log(tools: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r'train.py .* exit code 1: see (.*output.txt)'):
        repeat({'bad': row()}, (0,), tmp_path / 'out', Procedure(tools))
    log = (tmp_path / 'out' / 'bad' / 'seed0' / 'output.txt').read_text()
    assert 'this row cannot be trained' in log


def test_the_entry_of_the_context_is_found_in_the_neck() -> None:
    register_all_modules()
    necks = {
        'model.neck.itrr.context': dict(type='HIFENet', itrr=dict(heads=2)),
        None: dict(type='HIFENet', neighbors='cosine'),
    }
    for expected, neck in necks.items():
        assert context_option(ConfigDict(neck=neck)) == expected
    assert context_option(ConfigDict(neck=dict(type='GlobalAveragePooling'))) is None
    assert context_option(ConfigDict(neck=[dict(type='FeaturePooling')])) is None
    assert context_option(ConfigDict(backbone=dict(type='ResNet'))) is None
