"""Folders, imports and the index of equations match the page on the architecture."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

from tests.helpers import ROOT

PACKAGE = ROOT / 'mmfer'
TEXT = (ROOT / 'docs' / 'architecture.md').read_text(encoding='utf-8')
ROWS = re.findall(r'^\| \d.*\| (`mmfer.*) \| `(tests/.*)` \|$', TEXT, re.MULTILINE)
MOST_MODULES, MOST_LINES, MOST_LINES_OF_TESTS = 22, 285, 300
MOST_REPEATED_IN_CONFIGS, MOST_REPEATED_IN_MODULES = 100, 30


def _modules() -> dict[str, Path]:
    """The modules below mmfer by dotted name, without packages."""
    paths = [path for path in PACKAGE.rglob('*.py') if path.name != '__init__.py']
    return {'.'.join(path.relative_to(ROOT).with_suffix('').parts): path for path in paths}


def _from_imports(path: Path) -> Iterable[tuple[str, str]]:
    """The modules and the names of ``from module import name`` in a file."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('mmfer'):
            yield from ((str(node.module), alias.name) for alias in node.names)


@cache
def _home(package: str, name: str) -> str:
    """The module of a name, also if the name is imported from a package that passes it on."""
    path = ROOT.joinpath(*package.split('.'), '__init__.py')
    if not path.is_file():
        return package
    if (path.parent / f'{name}.py').is_file():
        return f'{package}.{name}'
    origins = [module for module, passed_on in _from_imports(path) if passed_on == name]
    return _home(origins[0], name) if origins else package


def _imported(path: Path) -> Iterable[str]:
    yield from (_home(module, name) for module, name in _from_imports(path))
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _arrows() -> dict[str, set[str]]:
    modules = _modules()
    return {
        name: {other for other in _imported(path) if other in modules and other != name}
        for name, path in modules.items()
    }


def test_names_are_followed_through_packages():
    assert _home('mmfer.datasets', 'RAFDB') == 'mmfer.datasets.readers.rafdb'
    assert _home('mmfer.datasets', 'readers') == 'mmfer.datasets'
    assert _home('mmfer.faces', 'face') == 'mmfer.faces.face'


def _circle(arrows: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_modules_have_no_import_circles():
    assert _circle(_arrows()) == []


def test_folders_have_no_import_circles():
    folders: dict[str, set[str]] = {}
    for name, others in _arrows().items():
        room = name.rpartition('.')[0]
        rooms = {other.rpartition('.')[0] for other in others}
        folders.setdefault(room, set()).update(rooms - {room})
    assert len(folders) > 20
    assert _circle(folders) == []


def test_folders_are_small_and_in_the_documented_tree():
    rooms: dict[str, int] = {}
    for path in _modules().values():
        room = path.parent.relative_to(PACKAGE).as_posix()
        rooms[room] = rooms.get(room, 0) + 1
    assert max(rooms.values()) <= MOST_MODULES
    names = {Path(room).name for room in rooms} - {''}
    assert [name for name in sorted(names) if f'{name}/' not in TEXT] == []


def test_files_are_short():
    limits = {
        **dict.fromkeys(('mmfer', 'tools', 'examples', 'configs'), MOST_LINES),
        'tests': MOST_LINES_OF_TESTS,
    }
    long = [
        path.relative_to(ROOT).as_posix()
        for folder, most in limits.items()
        for path in (ROOT / folder).rglob('*.py')
        if len(path.read_bytes().splitlines()) > most
    ]
    assert long == []


def _repeated(paths: Iterable[Path]) -> int:
    """Number of windows of six lines, without blank lines and comments, in several files."""
    found: Counter[tuple[str, ...]] = Counter()
    for path in paths:
        stripped = (line.strip() for line in path.read_text(encoding='utf-8').splitlines())
        lines = [line for line in stripped if line and not line.startswith('#')]
        found.update({tuple(lines[i : i + 6]) for i in range(len(lines) - 5)})
    return sum(count > 1 for count in found.values())


def test_few_lines_are_repeated(tmp_path: Path):
    for name in ('a.py', 'b.py'):
        (tmp_path / name).write_text('\n# A comment.\n'.join('abcdefg'))
    assert _repeated(tmp_path.glob('*.py')) == 2
    assert _repeated((ROOT / 'configs').rglob('*.py')) <= MOST_REPEATED_IN_CONFIGS
    assert _repeated(_modules().values()) <= MOST_REPEATED_IN_MODULES


def test_the_figures_of_the_structure_are_recent():
    """Those that can be counted differ from the page by at most a tenth."""
    rows = re.findall(r'^\| ([^|`]+).* \| [\d., ]+ \| ([\d.]+) \|$', TEXT, re.MULTILINE)
    shown = {name.strip(' ,'): float(value) for name, value in rows}
    rooms = Counter(path.parent for path in _modules().values())
    configs = list((ROOT / 'configs').rglob('*.py'))
    lines = sum(len(path.read_bytes().splitlines()) for path in configs)
    texts = [path.read_text(encoding='utf-8') for path in (ROOT / 'tests').rglob('*.py')]
    counted = {
        'modules, without': len(_modules()),
        'modules in the largest folder': max(rooms.values()),
        'config files': len(configs),
        'lines of configs': lines,
        'lines of a config on average': lines / len(configs),
        'functions that are tests': sum(len(re.findall(r'^ *def test_', t, re.M)) for t in texts),
    }
    assert {name: shown[name] for name in counted} == pytest.approx(counted, rel=0.1)


def test_every_system_has_rows():
    assert len(ROWS) >= 27


@pytest.mark.parametrize(('functions', 'test'), ROWS)
def test_every_function_and_test_of_the_index_exists(functions: str, test: str):
    for name in re.findall(r'`(mmfer[\w.]+)`', functions):
        module, _, attribute = name.rpartition('.')
        assert hasattr(import_module(module), attribute), name
    file, _, function = test.partition('::')
    content = (ROOT / file).read_text(encoding='utf-8')
    assert f'def {function}' in content if function else 'def test_' in content
