import json
from pathlib import Path

from mmfer.evaluation import write_report


def test_a_report_is_written_into_a_new_folder(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'report.json'
    write_report({'accuracy': 50.0, 'auc': None}, path)
    assert json.loads(path.read_text()) == {'accuracy': 50, 'auc': None}
