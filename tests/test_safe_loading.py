"""No file in the repository is read in a way that runs its code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

CODE = [path for f in ('mmfer', 'tools', 'configs', 'tests') for path in (ROOT / f).rglob('*.py')]
UNSAFE_KEYWORDS = {('weights_only', False), ('allow_pickle', True)}
EXCEPTIONS = {
    # The weights of a wheel are NumPy arrays that joblib has packed: a maintainer's one-time tool.
    'tools/misc/convert_mtcnn_weights.py': {'joblib.load'},
}
UNPICKLERS = {'load', 'loads', 'Unpickler'}
PICKLES = {'pickle', 'cPickle', '_pickle', 'dill', 'cloudpickle', 'joblib'}


def unsafe(source: str) -> Iterator[str]:
    """Unsafe calls in a source, with their lines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in PICKLES:
            for name in UNPICKLERS & {alias.name for alias in node.names}:
                yield f'line {node.lineno}: from {node.module} import {name}'
        if not isinstance(node, ast.Call):
            continue
        keywords = {k.arg: getattr(k.value, 'value', None) for k in node.keywords}
        for name, value in UNSAFE_KEYWORDS:
            if name in keywords and keywords[name] is value:
                yield f'line {node.lineno}: {name}={value}'
        called = ast.unparse(node.func)
        owner, _, function = called.rpartition('.')
        # What a test has pickled itself, to copy an object, is no file of anyone's.
        own = [isinstance(a, ast.Call) and ast.unparse(a.func) == 'pickle.dumps' for a in node.args]
        if owner in PICKLES and function in UNPICKLERS and not any(own):
            yield f'line {node.lineno}: {called}'
        if called == 'torch.load' and 'weights_only' not in keywords:
            yield f'line {node.lineno}: torch.load without weights_only'


def test_unsafe_calls_are_found() -> None:
    for source in (
        'torch.load(p, weights_only=False)',
        'torch.load(p)',
        'np.load(p, allow_pickle=True)',
        'pickle.load(f)',
        'x = pickle.Unpickler(f).load()',
        'from pickle import loads',
    ):
        assert list(unsafe(source)), source
    for source in (
        'torch.load(p, weights_only=True)',
        'np.load(p, allow_pickle=False)',
        'np.load(p)',
        'pickle.loads(pickle.dumps(x))',
        'x = "torch.load(p, weights_only=False)"',
    ):
        assert not list(unsafe(source)), source


@pytest.mark.parametrize('path', CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_code_is_safe(path: Path) -> None:
    allowed = EXCEPTIONS.get(str(path.relative_to(ROOT)), set())
    found = [line for line in unsafe(path.read_text()) if line.split()[-1] not in allowed]
    assert found == []


def test_the_docs_are_safe() -> None:
    pages = [*(ROOT / 'docs').rglob('*.md'), *ROOT.glob('*.md')]
    assert len(pages) > 5
    unsafe_text = re.compile(r'weights_only\s*=\s*False|allow_pickle\s*=\s*True|pickle\.loads?\(')
    assert [path for path in pages if unsafe_text.search(path.read_text())] == []
