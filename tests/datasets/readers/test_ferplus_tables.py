import os
from pathlib import Path

import pytest

from mmfer.datasets.readers.ferplus_tables import join_tables, read_votes
from tests.datasets.official import VOTES_HEAD, write_ferplus

VOTES = [(0, 10, 0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, 0, 0, 0, 10)]
USAGES = ('Training', 'PublicTest', 'PrivateTest')


def test_votes_are_read_by_column_name(tmp_path: Path) -> None:
    path = tmp_path / 'fer2013new.csv'
    path.write_text(
        VOTES_HEAD + 'Training,,0,0,0,0,0,0,0,0,0,10\nPublicTest,a.png,4,6,0,0,0,0,0,0,0,0\n'
    )
    usages, votes = read_votes(path)
    assert usages == ['Training', 'PublicTest']
    assert votes.tolist() == [[0] * 9 + [10], [4, 6] + [0] * 8]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        (VOTES_HEAD.replace(',NF', ''), 'lacks the columns NF'),
        (VOTES_HEAD + 'Training,a,1,2,3\n', 'line 2: 5 cells for 12 columns'),
        (VOTES_HEAD + 'Training,a,1,2,3,4,x,0,0,0,0,0\n', 'line 2: the votes .*x'),
        (VOTES_HEAD + 'Training,a,1,2,3,4,-1,0,0,0,0,0\n', 'line 2: the votes .*-1'),
    ],
)
def test_faulty_votes_are_located(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / 'fer2013new.csv'
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_votes(path)


def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    write_ferplus(tmp_path, VOTES)
    files = tmp_path / 'fer2013.csv', tmp_path / 'fer2013new.csv'
    images, votes = join_tables(*files, USAGES)
    assert len(images) == len(votes) == 6
    assert join_tables(*files, USAGES)[0] is images
    state = files[1].stat()
    files[1].write_text(files[1].read_text().replace('10', '11'))
    os.utime(files[1], ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert join_tables(*files, USAGES)[1].max() == 11


def test_an_unknown_usage_is_an_error(tmp_path: Path) -> None:
    write_ferplus(tmp_path, VOTES)
    with pytest.raises(
        ValueError, match='csv, line 6, has the usage PrivateTest, .* in both, one of Training'
    ):
        join_tables(tmp_path / 'fer2013.csv', tmp_path / 'fer2013new.csv', USAGES[:2])
