"""Damage to files: of bytes, of text, of JSON values and of the parts of archives."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 0.5, -0.0, 1e308, float('nan'), float('inf'), 2**31, 2**63, 10**400),
    *('', 'x', 'anger', '\ud800', '\x00', '٣', '²', '1_000', ' 7 ', 'nan'),
    *('a/../../b', '/dev/zero'),
    *('é' * 300, [], {}, [[]], [1, 'a', None], {'id': 1}, [0] * 300),
)
"""Values that replace another value of a JSON file."""
WORDS: tuple[bytes, ...] = (
    *(b'', b'-1', b'0', b'1', b'3.5', b'1e400', b'nan', b'inf', b'-inf', b'9' * 30, b'9' * 5000),
    *(b'x', b'"', b'""', b"'", b';', b',', b'\t', b'\r', b'\n', b'\x00'),
    *(b'\xff\xfe', b'\xef\xbb\xbf'),
    *('٣'.encode(), '²'.encode(), b'1_000', b'/dev/zero', b'/', b'..', b'a' * 300, b'%s', b'=1+1'),
)
"""Words that replace another word of a text file."""
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
TEXT = ('csv', 'txt', 'idx', 'jsonl', 'xml', 'sha256', 'property', 'last_checkpoint')
ARCHIVES = ('xlsx', 'pth', 'npz')


def mutate(content: bytes, kind: str, rng: random.Random) -> bytes:
    """Damage a file in one to three places.

    Args:
        content: The intact file.
        kind: The end of its name, such as ``json``, which decides what may be damaged besides
            single bytes.
        rng: Decides everything.
    """
    change: Callable[[bytes, random.Random], bytes] = mutate_bytes
    if rng.random() < 0.7:
        if kind == 'json':
            change = mutate_json
        elif kind in TEXT:
            change = mutate_text
        elif kind in ARCHIVES:
            change = mutate_archive
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        content = change(content, rng)
    return content


def mutate_bytes(content: bytes, rng: random.Random) -> bytes:
    """Flip, remove, repeat, insert or overwrite bytes."""
    data = bytearray(content)
    at = rng.randrange(len(data) + 1)
    # Damage near the start, where the headers are, is more interesting.
    if rng.random() < 0.4:
        at = rng.randrange(min(len(data), 64) + 1)
    length = min(rng.choice((1, 2, 4, 16, 200)), len(data) - at)
    action = rng.randrange(7)
    if action == 0 and at < len(data):
        data[at] ^= 1 << rng.randrange(8)
    elif action == 1:
        del data[at:]
    elif action == 2:
        del data[at : at + length]
    elif action == 3:
        data[at:at] = data[at : at + length]
    elif action == 4:
        data[at:at] = rng.randbytes(length)
    elif action == 5:
        data[at : at + length] = bytes(length)
    else:
        size = rng.choice((1, 2, 4, 8))
        number = rng.choice(NUMBERS) % 256**size
        data[at : at + size] = number.to_bytes(size, rng.choice(('little', 'big')))
    return bytes(data)


def mutate_text(content: bytes, rng: random.Random) -> bytes:
    """Remove, repeat or exchange lines, or replace a word of a line."""
    lines = content.splitlines(keepends=True) or [b'\n']
    row = 0 if rng.random() < 0.2 else rng.randrange(len(lines))
    action = rng.randrange(8)
    if action == 0:
        del lines[row]
    elif action == 1:
        lines.insert(row, lines[rng.randrange(len(lines))])
    elif action == 2:
        other = rng.randrange(len(lines))
        lines[row], lines[other] = lines[other], lines[row]
    elif action == 3:
        lines[row] = lines[row].rstrip(b'\r\n')
    else:
        separator = rng.choice((b',', b' ', b'\t', b'"'))
        words = lines[row].split(separator)
        place = rng.randrange(len(words))
        if action == 4:
            del words[place]
        elif action == 5:
            words.insert(place, rng.choice(words))
        else:
            end = b'\n' if words[place].endswith(b'\n') else b''
            words[place] = rng.choice(WORDS) + end
        lines[row] = separator.join(words)
    return b''.join(lines)


def mutate_json(content: bytes, rng: random.Random) -> bytes:
    """Replace, remove or repeat a value of a JSON file."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return mutate_bytes(content, rng)
    if rng.random() < 0.02:
        return b'[' * rng.choice((500, 200_000)) + content
    holders = [*_containers(data)]
    if not holders:
        return json.dumps(rng.choice(VALUES)).encode()
    holder = rng.choice(holders)
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    key, action = rng.choice(keys), rng.randrange(6)
    if action == 0:
        del holder[key]
    elif action == 1 and isinstance(holder, list):
        holder.append(holder[key])
    elif action == 1:
        holder[str(rng.choice(VALUES))] = holder.pop(key)
    else:
        holder[key] = rng.choice(VALUES)
    return json.dumps(data).encode()


def _containers(data: Any) -> list[Any]:
    """All objects and lists that are not empty."""
    found, rest = [], [data]
    while rest:
        one = rest.pop()
        if isinstance(one, dict | list) and one:
            found.append(one)
            rest += one.values() if isinstance(one, dict) else one
    return found


def mutate_archive(content: bytes, rng: random.Random) -> bytes:
    """Damage one part of a ZIP archive, whose checksums are right again afterwards."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {entry: archive.read(entry) for entry in archive.infolist()}
    except Exception:
        return mutate_bytes(content, rng)
    if not parts:
        return mutate_bytes(content, rng)
    chosen = rng.choice([*parts])
    result = io.BytesIO()
    with zipfile.ZipFile(result, 'w') as archive:
        for entry, data in parts.items():
            if entry is chosen:
                if rng.random() < 0.05:
                    continue
                xml = entry.filename.endswith(('.xml', '.rels')) and rng.random() < 0.7
                data = mutate_text(data, rng) if xml else mutate_bytes(data, rng)
            archive.writestr(entry.filename, data, entry.compress_type)
    return result.getvalue()
