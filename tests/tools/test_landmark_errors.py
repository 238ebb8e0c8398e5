import json

import pytest

from mmfer.synthetic.generate import generate
from tests.helpers import call_tool, run_tool

TOOL = 'analysis_tools/landmark_errors.py'


@pytest.fixture(scope='module')
def celeba(tmp_path_factory):
    root = tmp_path_factory.mktemp('landmark_errors') / 'celeba'
    return generate('celeba', root, 'tiny', size=80, images=24, progress=False)


def test_errors_of_all_faces_and_of_groups_are_printed(celeba):
    sidecars = [celeba / 'annotations' / f'{split}.json' for split in ('test', 'val')]
    lines = run_tool(TOOL, *sidecars).stdout.splitlines()
    rows = {line[:15].strip(): line.split()[-7:] for line in lines[1:-1]}
    count, nme, visible, by_box, failures, _, pixels = map(float, rows['all'])
    assert (
        count == 8
        and 0 < nme < 15
        and 0 < visible < 15
        and 0 < by_box < nme
        and 0 <= failures <= 100
        and 0 < pixels < 10
    )
    assert rows['celeba'] == rows['all']
    by_yaw = [row for name, row in rows.items() if name.startswith('yaw')]
    assert sum(int(row[0]) for row in by_yaw) == 8
    assert lines[-1].endswith('Numbers without a unit are in percent.')


def test_detected_boxes(celeba):
    output = call_tool(TOOL, celeba / 'annotations/test.json', '--boxes', 'mtcnn').stdout
    assert 'nme' in output


def test_a_sidecar_without_points_is_refused(celeba, tmp_path):
    content = json.loads((celeba / 'annotations/test.json').read_text())
    for face in content['annotations']:
        del face['keypoints']
    (celeba / 'annotations/bare.json').write_text(json.dumps(content))
    result = call_tool(TOOL, celeba / 'annotations/bare.json', check=False)
    assert result.returncode == 1 and 'bbox or 68 keypoints are missing' in result.stderr
