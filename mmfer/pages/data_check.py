"""The text and the page about a checked data set."""

from collections.abc import Sequence
from pathlib import Path

from mmfer.datasets.care.findings import Finding
from mmfer.files import write_atomically
from mmfer.markdown import markdown_table
from mmfer.pages.page import Section, Table, Text, write_page

SHOWN = 10
"""The number of rows of a finding in the text; the page has all rows."""


def check_text(findings: Sequence[Finding], most: int | None = SHOWN) -> str:
    """The findings in Markdown.

    Args:
        findings: The findings.
        most: Number of rows of each finding; None for all.
    """
    parts = []
    for finding in findings:
        lines = [f'## {finding.title}{": FAULT" if finding.fault else ""}', '', finding.summary]
        if finding.rows:
            lines += ['', markdown_table(finding.head, finding.rows[:most])]
            left = len(finding.rows) - len(finding.rows[:most])
            if left:
                lines += ['', f'and {left} more.']
        parts.append('\n'.join(lines))
    return '\n\n'.join([*parts, verdict(findings)])


def verdict(findings: Sequence[Finding]) -> str:
    """The last line: how many faults there are."""
    faults = [finding.title for finding in findings if finding.fault]
    if not faults:
        return 'No fault was found.'
    return f'{len(faults)} of {len(findings)} checks found a fault: {"; ".join(faults)}.'


def write_check(findings: Sequence[Finding], title: str, out: str | Path) -> None:
    """Write all findings as a page, HTML or Markdown by the suffix of the file.

    Args:
        findings: The findings.
        title: What was checked.
        out: The file, such as ``check.html`` or ``check.md``.

    Raises:
        ValueError: If the suffix is another one.
        OSError: If the file cannot be written.
    """
    suffix = Path(out).suffix.lower()
    if suffix == '.md':
        write_atomically(out, f'# {title}\n\n{check_text(findings, None)}\n')
        return
    if suffix not in ('.html', '.htm'):
        raise ValueError(f'{out}: give a file with the suffix .html or .md.')
    sections = []
    for finding in findings:
        text = Text(finding.summary, warning=finding.fault)
        table = [Table(finding.head, finding.rows)] if finding.rows else []
        sections.append(Section(finding.title, [text, *table]))
    write_page(out, title, [verdict(findings)], sections)
