from pathlib import Path

import pytest

from mmfer.datasets import FERPlus
from mmfer.datasets.readers.ferplus_own_labels import read_own_labels
from tests.datasets.official import write_ferplus, write_ferplus_folders

EYE = [tuple(10 if k == c else 0 for k in range(10)) for c in range(8)]
CODES = [6, 3, 5, 4, 0, 1, 2, 3]  # of the classes of FERPlus; contempt was called happiness


def write_codes(root: Path, codes: list[int]) -> None:
    rows = [f'fer{i:07}.png,{code}\n' for i, code in enumerate(codes)]
    (root / 'fer2013_labels.csv').write_text('image,emotion\n' + ''.join(rows))


def test_folders_are_joined_by_image_name(tmp_path: Path, log: list[str]) -> None:
    write_ferplus_folders(tmp_path, [*EYE, EYE[0]])
    write_codes(tmp_path, CODES)
    data = FERPlus(str(tmp_path), labels='fer2013')
    infos = [data.get_data_info(i) for i in range(len(data))]
    assert [info['gt_label'] for info in infos] == [0, 1, 2, 3, 4, 5, 6, 1]
    assert [info['clean_label'] for info in infos] == list(range(8))
    assert "8 images have FER2013's labels, 1 of which differ from the majority; 1 im" in log[-1]


def test_tables_take_the_labels_from_their_rows(tmp_path: Path) -> None:
    write_ferplus(tmp_path, EYE)
    data = FERPlus(str(tmp_path), labels='fer2013', empty_classes='warn')
    assert data.get_gt_labels().tolist() == [1] * 8  # each row has the emotion 3
    assert data.get_data_info(5)['clean_label'] == 5


def test_own_labels_need_the_majority_mode(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='one label per image'):
        FERPlus(str(tmp_path), labels='fer2013', mode='probability')


def test_all_classes_except_contempt_must_occur(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, EYE)
    write_codes(tmp_path, CODES[:5])
    with pytest.raises(ValueError, match='No image of 2 classes .*: disgust, fear'):
        FERPlus(str(tmp_path), labels='fer2013')


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('image,label\na.png,0\n', 'lacks the columns emotion'),
        (
            'image,emotion\na.png,7\n',
            'line 2: the emotion "7" is unknown. Write one of: 0 anger, 1 disgust',
        ),
        (
            'image,emotion\na.png,0\na.png,0\na.png,1\n',
            'line 4: "a.png" has the emotion 1, but 0 in an earlier row',
        ),
    ],
)
def test_faulty_rows_are_located(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / 'fer2013_labels.csv'
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_own_labels(path)


def test_a_label_file_of_other_images_is_refused(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, EYE)
    (tmp_path / 'fer2013_labels.csv').write_text('image,emotion\nfer0000000,6\n')
    with pytest.raises(ValueError, match='none of the 8 images .* such as "fer0000000.png"'):
        FERPlus(str(tmp_path), labels='fer2013')


def test_a_missing_label_file_is_named(tmp_path: Path) -> None:
    write_ferplus_folders(tmp_path, EYE)
    with pytest.raises(FileNotFoundError, match='has no fer2013_labels.csv'):
        FERPlus(str(tmp_path), labels='fer2013')
