from pathlib import Path

from mmfer.datasets.missing_dataset import missing_dataset


def test_the_message_says_what_to_do(tmp_path: Path) -> None:
    root = tmp_path / 'data'
    error = missing_dataset('Faces', root, 'train/', ['train/<class>/'], 'ask Ann.', 'fgemotions')
    assert f'there is no folder {root}' in str(error)
    assert 'ask Ann.' in str(error)
    assert f'{root}/train/<class>/' in str(error)
    command = f'mmfer render fgemotions {root} --preset standard'
    assert command in str(error)


def test_a_folder_without_a_part_is_not_called_missing(tmp_path: Path) -> None:
    error = missing_dataset('Faces', tmp_path, 'train/', [], 'ask Ann.', None)
    assert f'{tmp_path} has no train/' in str(error)
    assert 'render' not in str(error)


def test_the_content_of_the_folder_is_named(tmp_path: Path) -> None:
    def message() -> str:
        return str(missing_dataset('Faces', tmp_path, 'train/', [], 'ask Ann.', None))

    assert 'The folder contains: nothing' in message()
    (tmp_path / 'Train').mkdir()
    for name in ('train.zip', '.hidden'):
        (tmp_path / name).touch()
    assert 'The folder contains: Train/, train.zip\n' in message()
    for i in range(9):
        (tmp_path / f'a{i}').touch()
    assert 'a6, and 3 more\n' in message()
    error = missing_dataset('Faces', tmp_path / 'no', '', [], 'x', None)
    assert 'The folder contains' not in str(error)
