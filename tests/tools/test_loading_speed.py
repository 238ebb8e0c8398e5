"""tools/analysis_tools/loading_speed.py as a user runs it."""

from tests.apis.model_files import ASTRONAUT
from tests.helpers import ROOT, call_tool
from tests.tools.test_benchmark import rows_of


def test_reading_and_augmentation_are_measured() -> None:
    configs = ROOT / 'configs' / 'resnet'
    said = call_tool(
        'analysis_tools/loading_speed.py', ASTRONAUT, '--repeats', 1, '--seconds', 0.001,
        '--device-augments', configs / 'resnet18_ferplus-48px.py',
        configs / 'resnet18_ferplus-48px-device-augment.py',
    ).stdout  # fmt: skip
    reading, augmentation = (rows_of(table) for table in said.split('\n\n'))
    assert [row['read at'] for row in reading] == [
        *('640 x 480', '320 x 240', '160 x 120', '1920 x 1080', '480 x 270', '240 x 135'),
    ]
    assert [row['ratio'] for row in reading][::3] == ['1.00', '1.00']
    assert float(reading[5]['ratio']) > 1.5
    assert [row['side'] for row in augmentation] == ['48', '48', '112', '112', '224', '224']
    assert all(float(row['ms']) > 0 for row in augmentation)
