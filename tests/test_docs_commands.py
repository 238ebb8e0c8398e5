"""The pages name scripts, options, presets and counts that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmfer.commands import TOOLS
from mmfer.synthetic.layouts.presets import CLIP_PRESETS, PRESETS
from tests.helpers import ROOT
from tests.reliability.targets import TARGETS

FOLDERS = ('*.md', 'docs/**/*.md', 'configs/*/*.md', 'mmfer/*/*.md', 'examples/*/*.md')
PAGES = sorted(path for pattern in FOLDERS for path in ROOT.glob(pattern))
COMMAND = re.compile(
    r'(?:(?<![\w/])tools/(?P<script>[\w/]+\.py)|(?<![\w.`/])mmfer (?P<name>[a-z][a-z-]+))'
    r'(?P<rest>[^\n`|]*)'
)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The scripts that a page runs or names, each with the options beside it."""
    for found in COMMAND.finditer(text.replace('\\\n', ' ')):
        name = found['name']
        if name and name not in TOOLS:
            continue  # a sentence such as "mmfer ships"
        rest = re.split(r' #|&&|; ', found['rest'])[0]
        yield found['script'] or TOOLS[name][0], re.findall(r'(?<=\s)--?[a-z][\w-]*', rest)


def missing(text: str) -> list[str]:
    """The scripts and options of a page that do not exist."""
    faults = []
    for script, options in commands(text):
        path = ROOT / 'tools' / script
        if not path.is_file():
            faults.append(script)
            continue
        code = path.read_text(encoding='utf-8')
        for option in options:
            shared = option == '--cfg-options' and 'cfg_options' in code
            if f"'{option}'" not in code and not shared:
                faults.append(f'{script} {option}')
    return faults


def test_a_command_is_read_over_several_lines() -> None:
    text = 'mmfer render ifer OUT \\\n    --preset tiny --sise 3  # --no\nmmfer ships --nothing\n'
    assert list(commands(text)) == [('render_synthetic.py', ['--preset', '--sise'])]
    assert missing(text) == ['render_synthetic.py --sise']
    assert missing('python tools/no_such.py --out x') == ['no_such.py']


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_scripts_and_options_of_the_pages_exist(page: Path) -> None:
    assert missing(page.read_text(encoding='utf-8')) == []


def test_the_tables_of_presets_are_those_of_the_renderer() -> None:
    text = (ROOT / 'docs' / 'synthetic_data.md').read_text(encoding='utf-8')
    images, clips = text.split('\n## Presets\n')[1].split('\n## Layouts\n')
    row = re.compile(r'^\| `(\w+)` \| ([\d,]+).*? \| (\d+)', re.MULTILINE)
    read = {name: (int(n.replace(',', '')), int(size)) for name, n, size in row.findall(images)}
    assert read == {name: (preset.images, preset.size) for name, preset in PRESETS.items()}
    row = re.compile(r'^\| `(\w+)` \| (\d+) \|.* x (\d+) \|', re.MULTILINE)
    read = {name: (int(n), int(size)) for name, n, size in row.findall(clips)}
    assert read == {name: (preset.images, preset.size) for name, preset in CLIP_PRESETS.items()}


def test_the_page_on_reliability_counts_the_readers() -> None:
    text = (ROOT / 'docs' / 'reliability.md').read_text(encoding='utf-8')
    assert re.findall(r'(\d+) readers', text) == [str(len(TARGETS))] * 2


def test_the_errors_of_the_own_folder_are_messages_of_the_code() -> None:
    page = (ROOT / 'docs' / 'train_on_your_own_folder.md').read_text(encoding='utf-8')
    quoted = re.findall(r'^\| `([^`]+)` \|', page.split('\n## Common errors\n')[1], re.MULTILINE)
    assert len(quoted) >= 9
    texts = [path.read_text(encoding='utf-8') for path in (ROOT / 'mmfer').rglob('*.py')]
    code = re.sub(r"""['"]\s*\n\s*f?['"]""", '', '\n'.join(texts))  # texts over several lines
    said = re.sub(r'\{[^{}]*\}', '...', code)
    for message in quoted:  # three words in a row, between what a message inserts
        plain = re.sub(r'"[^"]*"|\(.*|\b\d+\b', '...', message).split('Did you mean')[0]
        rows = [part.strip(' .').split() for part in plain.split('...')]
        windows = [' '.join(row[i : i + 3]) for row in rows for i in range(len(row) - 2)]
        assert any(window in said for window in windows), message
