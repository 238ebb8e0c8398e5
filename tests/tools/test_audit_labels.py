import json
import re

from tests.tools.rald import run_main


def test_every_training_image_is_ranked_and_planted_noise_is_evaluated(
    small_rald, tmp_path, monkeypatch, capsys
):
    out = tmp_path / 'audit.json'
    arguments = [small_rald.config, small_rald.checkpoint, '--out', out, '--k', 5, '--top', 3]
    run_main(monkeypatch, 'analysis_tools/audit_labels.py', *arguments)
    rows = json.loads(out.read_text())
    images = {str(path) for path in (small_rald.data / 'train').rglob('*.jpg')}
    assert {row['img_path'] for row in rows} == images
    assert [row['score'] for row in rows] == sorted((row['score'] for row in rows), reverse=True)
    printed = capsys.readouterr().out
    found = re.findall(r'AUROC of 7 planted errors by (\w+): ([\d.]+)', printed)
    assert [name for name, _ in found] == ['score', 'confidence']
    assert all(0 <= float(value) <= 1 for _, value in found)
    assert printed.count(' -> ') == 3 + 1
