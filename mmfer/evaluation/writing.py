"""What a report is, and its file."""

from pathlib import Path
from typing import Any

from mmfer.files import write_json

Report = dict[str, Any]
"""Measures and tables under their names, ready for JSON; a rate is in percent, None undefined."""


def write_report(report: Report, path: str | Path) -> None:
    """Write a report as JSON, making the folders above it."""
    write_json(path, report)
