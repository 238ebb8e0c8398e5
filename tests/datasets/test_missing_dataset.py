from pathlib import Path

from mmfer.datasets.missing_dataset import missing_dataset


def test_the_message_tells_what_to_do(tmp_path: Path) -> None:
    root = tmp_path / 'data'
    error = missing_dataset('Faces', root, 'train/', ['train/<class>/'], 'ask Ann.', 'fgemotions')
    assert f'there is no folder {root}' in str(error)
    assert 'ask Ann.' in str(error)
    assert f'{root}/train/<class>/' in str(error)
    command = f'python tools/render_synthetic.py fgemotions {root} --preset standard'
    assert command in str(error)


def test_a_folder_that_lacks_a_part_is_not_called_missing(tmp_path: Path) -> None:
    error = missing_dataset('Faces', tmp_path, 'train/', [], 'ask Ann.', None)
    assert f'{tmp_path} has no train/' in str(error)
    assert 'render' not in str(error)


def test_what_the_folder_holds_instead_is_named(tmp_path: Path) -> None:
    def message() -> str:
        return str(missing_dataset('Faces', tmp_path, 'train/', [], 'ask Ann.', None))

    assert 'It holds: nothing' in message()
    (tmp_path / 'Train').mkdir()
    for name in ('train.zip', '.hidden'):
        (tmp_path / name).touch()
    assert 'It holds: Train/, train.zip\n' in message()
    for i in range(9):
        (tmp_path / f'a{i}').touch()
    assert 'a6, and 3 more\n' in message()
    assert 'It holds' not in str(missing_dataset('Faces', tmp_path / 'no', '', [], 'x', None))
