"""tools/analysis_tools/accuracy_latency.py as a user runs it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmfer.engine.runtimes.onnx_model import with_metadata
from tests.helpers import call_tool
from tests.onnx_files import CLASSES, METADATA, mean_color

TOOL = 'analysis_tools/accuracy_latency.py'
COLORS = [(220, 40, 40), (40, 220, 40), (40, 40, 220)]
"""Of the classes, which the model tells apart by the strongest color."""


def write_model(path: Path, **changes: object) -> Path:
    path.write_bytes(with_metadata(mean_color().SerializeToString(), {**METADATA, **changes}))
    return path


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    """Three images of each class, one of which is in the folder of another class."""
    folder = tmp_path / 'crops'
    for number, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for i in range(3):
            color = COLORS[(number + (i == 2 and number == 0)) % 3]
            image = Image.fromarray(np.full((8, 8, 3), color, np.uint8))
            image.save(folder / name / f'{i}.png')
    return folder


def test_models_are_compared(tmp_path: Path, crops: Path) -> None:
    good = write_model(tmp_path / 'good.onnx')
    turned = write_model(tmp_path / 'turned.onnx', classes=CLASSES[2:] + CLASSES[:2])
    plot = tmp_path / 'plot.png'
    options = ('--crops', crops, '--repeats', 2, '--seconds', 0.01, '--plot', plot)
    output = call_tool(TOOL, good, f'other order={turned}', *options).stdout
    rows = [line.strip('| ').split(' | ') for line in output.splitlines() if line[:2] == '| ']
    table = {name: list(map(float, cells)) for name, *cells in rows[2:]}
    assert set(table) == {'good', 'other order'}
    assert table['good'][0] == pytest.approx(100 * 8 / 9, abs=0.01)
    assert table['other order'][0] == pytest.approx(100 * 1 / 9, abs=0.01)
    latencies = [cells[1] for cells in table.values()]
    assert 0 < latencies[0] <= latencies[1]  # sorted
    with Image.open(plot) as image:
        assert min(image.size) > 400


def test_rows_need_different_names_and_the_same_classes(tmp_path: Path, crops: Path) -> None:
    good = write_model(tmp_path / 'good.onnx')
    other = write_model(tmp_path / 'other.onnx', classes=['anger', 'fear', 'sadness'])
    for arguments, message in (
        ([good, good], 'Two rows are named good'),
        ([good, other], 'Compare models with the same classes'),
        ([tmp_path / 'model.pth'], 'is no .onnx file. Make one with mmfer export'),
    ):
        failed = call_tool(TOOL, *arguments, '--crops', crops, check=False)
        assert failed.returncode == 1 and message in failed.stderr


def test_names_and_paths_may_have_equals_signs(tmp_path: Path, crops: Path) -> None:
    models = []
    for rate in ('lr=0.1', 'lr=0.2'):
        (tmp_path / rate).mkdir()
        models.append(write_model(tmp_path / rate / f'good-{rate[3:]}.onnx'))
    models = [models[0], f'T=4={models[1]}', f'small={models[1]}']
    options = ('--crops', crops, '--repeats', 1, '--seconds', 0.01)
    output = call_tool(TOOL, *models, *options).stdout
    names = {line.strip('| ').split(' | ')[0] for line in output.splitlines() if '.' in line}
    assert names == {'good-0.1', 'T=4', 'small'}
