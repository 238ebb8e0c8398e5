"""One training in a folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from mmfer.engine import train
from mmfer.engine.work_dir import only_one, training_in
from tests.helpers import tiny_config, tool_environment
from tests.read_only import KINDS, run_read_only

HOLD = """
import sys
from pathlib import Path
from mmfer.engine.work_dir import only_one
with only_one(Path(sys.argv[1])):
    print('locked', flush=True)
    sys.stdin.read()
"""


def test_a_second_training_is_refused_until_the_first_ends(
    image_folder: Path, tmp_path: Path
) -> None:
    cfg = tiny_config(tmp_path, image_folder)
    work = tmp_path / 'work'
    with subprocess.Popen(
        [sys.executable, '-c', HOLD, str(work)],
        env=tool_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == 'locked\n'
        with pytest.raises(ValueError, match=r'Another process is working in .*work\. Wait for'):
            train(cfg, validate=False)
        assert [path.name for path in work.iterdir()] == ['lock']  # not even a log
        other.kill()
    train(tiny_config(tmp_path, image_folder), validate=False)
    assert (work / 'epoch_1.pth').is_file()


def test_only_the_first_rank_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with only_one(tmp_path):
        monkeypatch.setenv('RANK', '1')
        with training_in(str(tmp_path)):
            pass
        monkeypatch.setenv('RANK', '0')
        with pytest.raises(ValueError, match='Another process'), training_in(str(tmp_path)):
            pass


def test_unfinished_files_of_killed_runs_are_removed(tmp_path: Path) -> None:
    for name in ('epoch_1.pth.0123456789ab.tmp', 'mine.tmp', 'epoch_1.pth'):
        (tmp_path / name).touch()
    with training_in(str(tmp_path)):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ['epoch_1.pth', 'lock', 'mine.tmp']


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    expected = pytest.raises(ValueError, match='cannot be written: .* Give another folder')
    with expected, only_one(tmp_path / 'file'):
        pass


def test_two_commands_cannot_share_a_folder(tmp_path: Path) -> None:
    held = pytest.raises(ValueError, match='Another process is working in')
    with only_one(tmp_path), held, only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


TRAIN = """
import sys
from pathlib import Path
from mmfer.engine.work_dir import training_in
for folder in ('.', 'new'):
    try:
        with training_in(folder):
            print('writable')
    except ValueError as error:
        print(error)
"""


@pytest.mark.parametrize(('kind', 'reason'), KINDS.items())
def test_a_folder_that_cannot_be_written_is_refused(kind: str, reason: str, tmp_path: Path) -> None:
    done = run_read_only(TRAIN, tmp_path, kind=kind)
    assert done.stdout.splitlines() == [
        f'The folder {folder} cannot be written: {reason}. Give another folder (--work-dir).'
        for folder in ('.', 'new')
    ]
