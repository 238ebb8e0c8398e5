"""Results are on disk as soon as they are known."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from mmfer.apis.image_files import output_names
from mmfer.apis.predictions import ImagePrediction
from mmfer.apis.result_files import ResultFiles
from mmfer.faces.annotated_copies import annotated_copies

OPTIONS = {'config': None}
BLACK = np.zeros((2, 2, 3), np.uint8)


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ('a.png', 'b.png')]
    for path in paths:
        path.write_bytes(b'12')
    return paths


def test_an_unfinished_run_is_continued(tmp_path: Path, images: list[Path]) -> None:
    out = tmp_path / 'out'
    first = ResultFiles(out, OPTIONS)
    first.add(images[0], 'a.jpg', ImagePrediction(str(images[0]), 'No face found.', (), BLACK))
    # The process is killed while it writes the next line.
    with (out / 'results.jsonl').open('a') as file:
        file.write('{"state": [')
    again = ResultFiles(out, OPTIONS)
    assert again.has(images[0], 'a.jpg') and not again.has(images[1], 'b.jpg')
    assert not again.has(images[0], 'another name.jpg')
    again.add(images[1], 'b.jpg', ImagePrediction(str(images[1]), 'Damaged.', failed=True))
    entries = again.finish(images, {'calibrated': False})
    assert [entry['failed'] for entry in entries] == [False, True]
    written = json.loads((out / 'results.json').read_text())
    assert [result['message'] for result in written['results']] == ['No face found.', 'Damaged.']
    assert written['model'] == {'calibrated': False}
    assert (out / 'results.csv').read_text().splitlines() == [
        'img_path,face,x1,y1,x2,y2,score,quality,label,confidence,unsure,message',
        f'{images[0]},,,,,,,,,,,No face found.',
        f'{images[1]},,,,,,,,,,,Damaged.',
    ]
    assert written['annotated'] == ['a.jpg']  # the other image could not be read
    assert not (out / 'results.jsonl').exists()


def test_other_options_or_a_changed_image_start_again(tmp_path: Path, images: list[Path]) -> None:
    files = ResultFiles(tmp_path / 'out', OPTIONS)
    files.add(images[0], 'a.jpg', ImagePrediction(str(images[0]), 'No face found.', (), BLACK))
    assert not ResultFiles(tmp_path / 'out2', OPTIONS).has(images[0], 'a.jpg')
    images[0].write_bytes(b'123')
    assert not ResultFiles(tmp_path / 'out', OPTIONS).has(images[0], 'a.jpg')
    images[0].unlink()
    assert not ResultFiles(tmp_path / 'out', OPTIONS).has(images[0], 'a.jpg')
    ResultFiles(tmp_path / 'out', {'config': 'other'})
    assert len((tmp_path / 'out' / 'results.jsonl').read_text().splitlines()) == 1


def test_an_output_folder_that_is_a_file_is_an_error(images: list[Path]) -> None:
    with pytest.raises(FileExistsError):
        ResultFiles(images[0], OPTIONS)


def test_damaged_results_are_located(tmp_path: Path) -> None:
    (tmp_path / 'results.jsonl').write_text('{"model": "a"}\n{"state": [1, 2], "annotated": []}\n')
    with pytest.raises(ValueError, match=r'results\.jsonl", result 1: .* field (failed|result)'):
        ResultFiles(tmp_path, {'model': 'a'})


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    """Archives of other systems bring such names."""
    image = Path(os.fsdecode(os.fsencode(tmp_path) + b'/caf\xe9.png'))
    image.write_bytes(b'12')
    (name,) = output_names([image], '.jpg')
    found = ImagePrediction(str(image), f'No face in "{image}".', (), BLACK)
    ResultFiles(tmp_path / 'out', OPTIONS).add(image, name, found)
    again = ResultFiles(tmp_path / 'out', OPTIONS)
    assert again.has(image, name)
    again.finish([image], {})
    assert 'caf\\udce9.png' in (tmp_path / 'out' / 'results.csv').read_text(encoding='utf-8')
    assert annotated_copies(tmp_path / 'out') == {'caf\\udce9.jpg'}


def test_copies_of_earlier_runs_stay_known(tmp_path: Path, images: list[Path]) -> None:
    """Else the next run over the folder would read them as photographs."""
    out = tmp_path / 'out'

    def run(names: list[str], of: list[Path], finish: bool = True) -> None:
        files = ResultFiles(out, {'of': names})
        for image, name in zip(of, names, strict=True):
            files.add(image, name, ImagePrediction(str(image), 'No face found.', (), BLACK))
            (out / name).touch()
        if finish:
            files.finish(of, {})

    run(['a.jpg', 'gone.jpg'], images)
    run(['b.jpg'], images[1:], finish=False)  # killed
    (out / 'gone.jpg').unlink()
    run(['c.jpg'], images[:1])
    assert annotated_copies(out) == {'a.jpg', 'b.jpg', 'c.jpg'}
    assert len(json.loads((out / 'results.json').read_text())['results']) == 1
