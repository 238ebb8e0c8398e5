"""Hooks of MkDocs: the site has the folders of the repository, and a page of each public package.

The guides link to files outside of ``docs/``, such as the READMEs of the configs. On the site,
every file keeps its place relative to the others, so these links hold as they are written.
"""

import ast
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PAGES = ('*.md', 'docs/**/*.md', 'configs/*/*.md', 'mmfer/*/**/*.md', 'examples/*/*.md')
LINKED = (
    'LICENSE',
    'NOTICE',
    'configs/*/*.py',
    'docs/images/*',
    'docs/photos/*',
    'docs/results/*.json',
    'tools/**/*.py',
)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages that need no order of their own to the navigation."""
    config.nav = [
        *(config.nav or ()),
        {'Systems': _found('configs/*/*.md')},
        {'Results': _found('docs/results/*.md')},
        {'Data and templates': [*_found('mmfer/*/**/*.md'), *_found('examples/*/*.md')]},
        {'API': [{package: _api_page(package)} for package in public_packages()]},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replace the files of ``docs/`` by those of the repository."""
    of_theme = [file for file in files if file.src_dir != config.docs_dir]
    of_repository = [
        File(path, str(ROOT), config.site_dir, config.use_directory_urls)
        for pattern in (*PAGES, *LINKED)
        for path in _found(pattern)
    ]
    generated = [
        File.generated(config, _api_page(package), content=_reference(package))
        for package in public_packages()
    ]
    return Files([*of_theme, *of_repository, *generated])


def public_packages() -> list[str]:
    """The packages that declare public names of their own in ``__all__``."""
    return [
        '.'.join(path.parent.relative_to(ROOT).parts)
        for path in sorted(ROOT.glob('mmfer/*/**/__init__.py'))
        if any(_declares_all(node) for node in ast.parse(path.read_bytes()).body)
    ]


def _reference(package: str) -> str:
    """The page of a package; Griffe misses a function that is named as its module."""
    text = f'# {package}\n\n::: {package}\n'
    for path in sorted(ROOT.joinpath(*package.split('.')).glob('[a-z]*.py')):
        names = [getattr(node, 'name', '') for node in ast.parse(path.read_bytes()).body]
        if path.stem in names and f"'{path.stem}'" in path.with_name('__init__.py').read_text():
            function = f'{package}.{path.stem}.{path.stem}'
            text += f'\n::: {function}\n    options: {{show_root_heading: true}}\n'
    return text


def _declares_all(node: Any) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == '__all__'


def _api_page(package: str) -> str:
    return f'api/{package}.md'


def _found(pattern: str) -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))
