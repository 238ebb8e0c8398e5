"""The type of reports, and their JSON file."""

from pathlib import Path
from typing import Any

from mmfer.files import write_json

Report = dict[str, Any]
"""Measures and tables by name, as JSON values; rates are in percent, undefined values are None."""


def write_report(report: Report, path: str | Path) -> None:
    """Write a report as JSON; parent folders are created."""
    write_json(path, report)
