import json
import os
from collections import Counter
from pathlib import Path

import pytest

from mmfer.datasets.split_file import draw_parts, read_or_draw


def samples(root: Path, count: int = 10, subjects: bool = False) -> list[dict]:
    return [
        {'img_path': str(root / f'{i}.jpg'), 'gt_label': i % 2}
        | ({'subject': f'p{i // 4}'} if subjects else {})
        for i in range(count)
    ]


def test_each_class_is_divided_six_two_two() -> None:
    labels = [0] * 50 + [1] * 25 + [2] * 10
    parts = draw_parts(labels, seed=0)
    counts = Counter(zip(labels, parts, strict=True))
    for label, size in ((0, 50), (1, 25), (2, 10)):
        assert [counts[label, part] for part in ('train', 'val', 'test')] == [
            size * 6 // 10,
            size // 5,
            size // 5,
        ]
    assert draw_parts(labels, seed=0) == parts != draw_parts(labels, seed=1)


def test_subjects_are_not_split() -> None:
    labels = [0, 1] * 50
    subjects = [f'p{i // 5}' for i in range(100)]
    parts = draw_parts(labels, 0, subjects)
    owners: dict[str, set[str]] = {}
    for subject, part in zip(subjects, parts, strict=True):
        owners.setdefault(subject, set()).add(part)
    assert all(len(own) == 1 for own in owners.values())
    assert Counter(parts) == {'train': 60, 'val': 20, 'test': 20}


def test_two_subjects_are_refused() -> None:
    with pytest.raises(ValueError, match='show 2 subjects, too few'):
        draw_parts([0, 1, 0, 1], 0, ['a', 'a', 'b', 'b'])
    assert set(draw_parts([0, 1, 0, 1, 0, 1], 0, list('aabbcc'))) == {'train', 'val', 'test'}


def test_a_split_is_drawn_once(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'split.json'
    parts = read_or_draw(path, samples(tmp_path), tmp_path, 0)
    content = json.loads(path.read_text())
    assert content['seed'] == 0 and len(content['train']) == 6
    # What the file says holds, whatever would be drawn.
    content['train'], content['test'] = content['test'], content['train']
    path.write_text(json.dumps(content))
    swapped = read_or_draw(path, samples(tmp_path), tmp_path, 0)
    swap = {'train': 'test', 'test': 'train', 'val': 'val'}
    assert swapped == [swap[part] for part in parts]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda c: c | {'seed': 4}, 'drawn with seed 4, not 0'),
        (lambda c: c | {'train': c['train'][1:]}, '1 images are not in it, such as .*jpg'),
        (lambda c: c | {'val': [*c['val'], 'x.jpg']}, '1 of it are not on disk, such as x.jpg'),
        (lambda c: c | {'val': [*c['val'], c['train'][0]]}, '1 are in it twice'),
        (lambda c: {'seed': 0}, 'is not a split file'),
        (lambda c: [], 'is not a split file'),
    ],
)
def test_the_file_of_another_split_is_an_error(tmp_path: Path, change, message: str) -> None:
    path = tmp_path / 'split.json'
    read_or_draw(path, samples(tmp_path), tmp_path, 0)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(ValueError, match=f'{message}.*Delete the file'):
        read_or_draw(path, samples(tmp_path), tmp_path, 0)


def test_the_data_set_can_be_moved(tmp_path: Path) -> None:
    near, far = tmp_path / 'near', tmp_path / 'far'
    every = [*samples(near), *samples(far)]
    parts = read_or_draw(tmp_path / 'split.json', every, near, 0)
    assert read_or_draw(tmp_path / 'split.json', every, near, 0) == parts
    content = json.loads((tmp_path / 'split.json').read_text())
    named = [name for part in ('train', 'val', 'test') for name in content[part]]
    assert sum(name.startswith(str(far)) for name in named) == len(every) / 2


def test_a_folder_without_write_permission_is_reported(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    with pytest.raises(OSError, match='cannot be written to .*split_file='):
        read_or_draw(tmp_path / 'file' / 'split.json', samples(tmp_path), tmp_path, 0)


@pytest.mark.parametrize('text', ['[]', '3', 'null', '{"seed": 0}', '[' * 200_000])
def test_other_json_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / 'split.json').write_text(text)
    with pytest.raises(ValueError, match=r'split\.json" is not a split file'):
        read_or_draw(tmp_path / 'split.json', samples(tmp_path), tmp_path, 0)


@pytest.mark.parametrize('name', [1, None, ['a.jpg'], {}])
def test_a_name_that_is_not_text_is_an_error(tmp_path: Path, name: object) -> None:
    content = {'seed': 0, 'train': ['a.jpg', name], 'val': [], 'test': []}
    (tmp_path / 'split.json').write_text(json.dumps(content))
    with pytest.raises(ValueError, match='not a split file .*the name of an image is not a string'):
        read_or_draw(tmp_path / 'split.json', samples(tmp_path), tmp_path, 0)


def test_a_pipe_is_no_split_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'split.json')
    with pytest.raises(ValueError, match=r'split\.json" is a pipe'):
        read_or_draw(tmp_path / 'split.json', samples(tmp_path), tmp_path, 0)
