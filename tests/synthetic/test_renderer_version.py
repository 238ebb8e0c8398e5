import ast
import shutil
from pathlib import Path

import pytest

from mmfer.synthetic import renderer_version as module
from mmfer.synthetic.renderer_version import renderer_version, same_renderer

PACKAGE = Path(module.__file__).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the renderer that the tests change."""
    ignored = shutil.ignore_patterns('__pycache__')
    return shutil.copytree(PACKAGE, tmp_path / 'synthetic', ignore=ignored)


@pytest.mark.parametrize(
    ('name', 'old', 'new'),
    [
        ('render/hair.py', b'2', b'3'),
        ('layouts/ifer.py', b'0.', b'1.'),
        ('people/random_people.py', b'0.', b'1.'),
        ('expressions/fine_expressions.py', b'0.', b'1.'),
        ('sampling.py', b'60.0', b'61.0'),
        ('assets/head.npz', b'PK', b'PX'),
    ],
)
def test_drawing_code_and_assets_change_the_version(copy: Path, name: str, old: bytes, new: bytes):
    file = copy / name
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    assert renderer_version(copy) != renderer_version()


def test_comments_docstrings_paths_and_other_files_do_not_change_the_version(copy: Path):
    (copy / 'notes.txt').touch()
    (copy / 'record.py').unlink()
    hair = copy / 'render' / 'hair.py'
    text = hair.read_text()
    assert text.startswith('"""') and 'from mmfer.synthetic.render.' in text
    moved = text.replace('from mmfer.synthetic.render.', 'from mmfer.elsewhere.')
    hair.rename(copy / 'render' / 'curls.py').write_text('# Hair.\n"""Other words."""\n' + moved)
    assert renderer_version(copy) == renderer_version()


def test_a_function_that_moves_to_another_module_does_not_change_the_version(copy: Path):
    hair, other = copy / 'render' / 'hair.py', copy / 'render' / 'moved.py'
    tree = ast.parse(hair.read_text())
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    tree.body.remove(function)
    tree.body.insert(
        1, ast.parse(f'from mmfer.synthetic.render.moved import {function.name}').body[0]
    )
    hair.write_text(ast.unparse(tree))
    other.write_text(ast.unparse(function))
    assert renderer_version(copy) == renderer_version()
    other.write_text(ast.unparse(function).replace('return ', 'return 2 * ', 1))
    renderer_version.cache_clear()
    assert renderer_version(copy) != renderer_version()


@pytest.mark.parametrize(
    ('old', 'new', 'same'),
    [
        ('The size of an image is', 'The size is', True),
        ('size: int', 'size: float', True),
        ('if size < 16:', 'if size < 17:', False),
    ],
)
def test_messages_and_annotations_do_not_change_the_version(
    copy: Path, old: str, new: str, same: bool
):
    renderer = copy / 'render' / 'renderer.py'
    text = renderer.read_text()
    assert old in text
    renderer.write_text(text.replace(old, new))
    assert (renderer_version(copy) == renderer_version()) == same


def test_earlier_versions_of_the_same_drawing_code_are_known():
    now = renderer_version()
    assert same_renderer(now, now)
    assert not same_renderer('unknown', now)
    for before in (
        '821eb881ecd4b21f',
        'b78a251fe2e452c2',
        '317b9e86fc9aafb8',
        'a90575f63b07ac10',
        'e4813e7c737d52c3',
    ):
        assert same_renderer(before, now)
