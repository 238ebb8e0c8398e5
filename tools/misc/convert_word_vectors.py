"""Convert word vectors from gensim's formats, .npy tables or text to GloVe's text format.

Examples:
    python tools/misc/convert_word_vectors.py GoogleNews-vectors-negative300.bin out.txt \\
        --tree fgemotions
    python tools/misc/convert_word_vectors.py glove_6B_50d_emb.npy out.txt \\
        --index glove_6B_index.parquet --tree fgemotions --words neutral fear disgust
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmfer.engine.cli import friendly_errors, output_file
from mmfer.files import write_atomically
from mmfer.labels import LabelTree, WordVectors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', help='word2vec .bin, gensim .kv, .npy, or text in GloVe format')
    parser.add_argument('out', type=output_file, help='the text file to write')
    parser.add_argument('--index', help='the words of an .npy table: .txt or .parquet, in order')
    parser.add_argument('--tree', help='a label tree (file or shipped name): all its words')
    parser.add_argument('--words', nargs='*', default=[], help='more words')
    return parser.parse_args()


def word2vec_binary(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    with path.open('rb') as file:
        count, size = map(int, file.readline().split())
        for _ in range(count):
            word = bytearray()
            while (char := file.read(1)) not in (b' ', b''):
                word += char
            content = file.read(4 * size)
            if len(content) < 4 * size:
                raise ValueError(
                    f'{path} ends after {file.tell()} bytes: it is truncated. Copy the file again.'
                )
            yield word.decode('utf-8', 'replace').strip(), np.frombuffer(content, dtype='<f4')


def npy_table(path: Path, index: str | None) -> Iterator[tuple[str, np.ndarray]]:
    if index is None:
        raise ValueError(f'{path} holds no words: give the words with --index.')
    if index.endswith('.parquet'):
        from pyarrow import parquet

        words = parquet.read_table(index).column(0).to_pylist()
    else:
        words = Path(index).read_text(encoding='utf-8').removesuffix('\n').split('\n')
    table = np.load(path, mmap_mode='r')
    if len(words) != len(table):
        raise ValueError(
            f'{index} has {len(words)} words, but {path} has {len(table)} rows. Give the index '
            'that belongs to the table.'
        )
    return zip(words, table, strict=True)


def read(source: str, index: str | None, words: set[str]) -> dict[str, np.ndarray]:
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(f'No word vectors at "{source}".')
    if path.suffix == '.bin':
        rows = word2vec_binary(path)
    elif path.suffix == '.npy':
        rows = npy_table(path, index)
    elif path.suffix in ('.kv', '.model'):
        from gensim.models import KeyedVectors

        vectors = KeyedVectors.load(source)
        return {word: vectors[word] for word in words if word in vectors}
    else:
        return WordVectors.load(source, words).table
    return {word: np.array(vector) for word, vector in rows if word in words}


@friendly_errors
def main() -> None:
    args = parse_args()
    words = set(args.words)
    if args.tree:
        tree = LabelTree.load(args.tree)
        words |= {part for name in tree.fine + tree.coarse for part in name.lower().split('_')}
    if not words:
        raise ValueError('No words to convert: give --tree or --words.')
    table = read(args.source, args.index, words)
    missing = sorted(words - set(table))
    if missing:
        raise ValueError(f'Not in {args.source}: {", ".join(missing)}.')
    rows = [' '.join([word, *(f'{value:.6g}' for value in table[word])]) for word in sorted(table)]
    write_atomically(args.out, '\n'.join(rows) + '\n')
    print(f'{len(table)} words of {len(next(iter(table.values())))} dimensions -> {args.out}')


if __name__ == '__main__':
    main()
