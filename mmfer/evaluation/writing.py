"""What a report is, and its file."""

import json
from pathlib import Path
from typing import Any

Report = dict[str, Any]
"""Measures and tables under their names, ready for JSON; a rate is in percent, None undefined."""


def write_report(report: Report, path: str | Path) -> None:
    """Write a report as JSON, making the folders above it."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(report, indent=1), encoding='utf-8')
