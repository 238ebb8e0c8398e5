"""The wheel holds what the command needs, in a folder without the checkout; so does the sdist."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

from tests.apis.model_files import ASTRONAUT
from tests.environments import copy_source
from tests.helpers import tool_environment


def test_holds_configs_tools_models_and_the_command(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry = next(name for name in names if name.endswith('entry_points.txt'))
        assert 'mmfer = mmfer.commands:main' in archive.read(entry).decode()
    for name in (
        'mmfer/.mim/configs/_base_/default_runtime.py',
        'mmfer/.mim/configs/rald/rald_r18_fgemotions.py',
        'mmfer/.mim/tools/analysis_tools/repeat.py',
        'mmfer/.mim/model-index.yml',
        'mmfer/weights/efficientnet-lite0_ferplus.pth',
        'mmfer/weights/efficientnet-lite0_ferplus.onnx',
        'mmfer/faces/assets/mtcnn.onnx',
        'mmfer/weights/README.md',
        'mmfer/pages/page.html',
        'mmfer/py.typed',
    ):
        assert name in names
    assert not any('__pycache__' in name or name.startswith(('tests/', 'docs/')) for name in names)


def test_the_source_distribution_holds_all_files(tmp_path: Path) -> None:
    """Such as the metafiles of the configs and the tables of their variants."""
    source = copy_source(tmp_path / 'source')
    wanted = {str(path.relative_to(source)) for path in source.rglob('*') if path.is_file()}
    assert {'configs/rald/metafile.yml', 'configs/rald/ablations-ferplus/table.txt'} < wanted
    command = [sys.executable, 'setup.py', '-q', 'sdist', '-d', str(tmp_path)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = tmp_path.glob('mmfer-*.tar.gz')
    with tarfile.open(built) as archive:
        names = {name.partition('/')[2] for name in archive.getnames()}
    assert wanted - names == set()


def test_reads_a_photograph_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / 'site'
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    shutil.copy(ASTRONAUT, tmp_path)
    environment = {**tool_environment(), 'PYTHONPATH': str(site)}
    for arguments, said in (
        (('predict', 'astronaut.jpg', '--out-dir', 'out'), ''),
        (('print-config', 'rald_r18_synthetic'), 'RALDHead'),
        (('doctor',), 'mmfer '),
    ):
        command = [sys.executable, '-m', 'mmfer', *arguments]
        result = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
        assert said in result.stdout
    assert '"label": "happiness"' in (tmp_path / 'out' / 'results.json').read_text()
