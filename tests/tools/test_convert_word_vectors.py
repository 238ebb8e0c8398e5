import numpy as np
import pytest

from mmfer.labels import WordVectors
from tests.tools.rald import run_main

WORDS = ['panic', 'lust', 'other']
TABLE = np.array([[1, 2.5], [3, -4], [0, 0]], dtype=np.float32)


def write_source(folder, kind):
    if kind == 'bin':
        path = folder / 'words.bin'
        rows = b''.join(
            w.encode() + b' ' + v.tobytes() + b'\n' for w, v in zip(WORDS, TABLE, strict=True)
        )
        path.write_bytes(b'3 2\n' + rows)
        return [path]
    if kind == 'npy':
        np.save(folder / 'words.npy', TABLE)
        (folder / 'index.txt').write_text('\n'.join(WORDS))
        return [folder / 'words.npy', '--index', folder / 'index.txt']
    path = folder / 'words.txt'
    path.write_text(''.join(f'{w} {v[0]} {v[1]}\n' for w, v in zip(WORDS, TABLE, strict=True)))
    return [path]


@pytest.mark.parametrize('kind', ['bin', 'npy', 'txt'])
def test_every_format_gives_an_equal_table(kind, tmp_path, monkeypatch):
    source, *index = write_source(tmp_path, kind)
    out = tmp_path / 'out.txt'
    arguments = [source, out, *index, '--words', 'lust', 'panic']
    run_main(monkeypatch, 'misc/convert_word_vectors.py', *arguments)
    vectors = WordVectors.load(out)
    assert set(vectors.table) == {'lust', 'panic'}
    np.testing.assert_allclose(vectors['lust'], [3, -4])


def test_missing_words_are_named(tmp_path, monkeypatch):
    source, *_ = write_source(tmp_path, 'txt')
    with pytest.raises(SystemExit, match='wrath'):
        arguments = [source, tmp_path / 'out.txt', '--words', 'lust', 'wrath']
        run_main(monkeypatch, 'misc/convert_word_vectors.py', *arguments)


@pytest.mark.parametrize('bytes_lost', [5, 9, 14, 20])
def test_a_truncated_file_is_refused(bytes_lost, tmp_path, monkeypatch):
    """Cut inside a vector after a whole number (5), before it (9), in a word, a vector earlier."""
    source, *_ = write_source(tmp_path, 'bin')
    source.write_bytes(source.read_bytes()[:-bytes_lost])
    with pytest.raises(SystemExit, match='it is truncated'):
        arguments = [source, tmp_path / 'out.txt', '--words', 'other']
        run_main(monkeypatch, 'misc/convert_word_vectors.py', *arguments)


@pytest.mark.parametrize(('end', 'fits'), [('\n', True), ('\nmore', False), ('\n\n', False)])
def test_an_index_must_have_a_word_for_each_row(end, fits, tmp_path, monkeypatch):
    source, option, index = write_source(tmp_path, 'npy')
    index.write_text(index.read_text() + end)
    arguments = [source, tmp_path / 'out.txt', option, index, '--words', 'lust']
    if fits:
        run_main(monkeypatch, 'misc/convert_word_vectors.py', *arguments)
        return
    with pytest.raises(SystemExit, match='has 4 words, but .* has 3 rows'):
        run_main(monkeypatch, 'misc/convert_word_vectors.py', *arguments)
