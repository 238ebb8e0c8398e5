"""Images that show the predictions."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmpretrain.structures import DataSample
from PIL import Image

from mmfer.engine.hooks.draw_predictions_hook import (
    BLACK,
    RIGHT,
    WRONG,
    DrawPredictionsHook,
    attribute_lines,
    class_lines,
    write_below,
)


def has_color(drawn: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool((drawn == color).all(-1).any())


def test_image_and_lines() -> None:
    image = np.full((50, 100, 3), (200, 100, 0), np.uint8)
    drawn = np.asarray(write_below(image, [('fear 50%', WRONG), ('true: joy', BLACK)]))
    assert drawn.shape == (112 + 40, 224, 3)  # the aspect ratio is kept
    assert (drawn[:112] == (200, 100, 0)).all()
    assert has_color(drawn[112:129], WRONG) and not has_color(drawn[129:], WRONG)
    assert has_color(drawn[129:], BLACK)


def test_class_lines() -> None:
    assert class_lines('fear', 'fear', 0.5) == [('fear 50%', RIGHT), ('true: fear', BLACK)]
    assert class_lines('fear', 'joy', 0.5)[0] == ('joy 50%', WRONG)
    assert class_lines(None, 'joy', 0.5) == [('joy 50%', RIGHT)]


def test_attribute_lines() -> None:
    names, known = ('Bald', 'Male', 'Young', 'Bangs'), np.array([True, True, True, False])
    scores, target = np.array([0.1, 0.9, 0.5, 0.9]), np.array([1, 0, 1, 0])
    assert attribute_lines(names, scores, target, known) == [
        ('1 of 3 attributes right', WRONG),
        ('Bald 10%, present', BLACK),
        ('Male 90%, absent', BLACK),
    ]
    assert len(attribute_lines(names, scores, target, known, most=1)) == 2
    assert attribute_lines(names, scores, scores >= 0.5, known) == [
        ('3 of 3 attributes right', RIGHT)
    ]


class FourImages(SimpleNamespace):
    """A data set of four images."""

    def __len__(self) -> int:
        return 4


def runner(batch_size: int, **metainfo: object) -> SimpleNamespace:
    dataset = FourImages(metainfo=metainfo)
    loader = SimpleNamespace(dataset=dataset, batch_size=batch_size)
    return SimpleNamespace(test_dataloader=loader, world_size=1, rank=0)


def views(form: str) -> object:
    """Two images, red and blue, with channels blue, green, red; their views are the negatives."""
    red, blue = torch.zeros(2, 3, 8, 8).unbind()
    red[2], blue[0] = 255, 255
    images = torch.stack([red, blue])
    return {
        'plain': images,
        'list': [red, blue],
        'views': [images, 255 - images],
        'listed views': [[red, blue], [255 - red, 255 - blue]],
    }[form]


@pytest.mark.parametrize('form', ['plain', 'list', 'views', 'listed views'])
@pytest.mark.parametrize('task', ['classes', 'attributes'])
def test_every_form_of_a_batch_is_drawn(form: str, task: str, tmp_path: Path) -> None:
    samples = []
    for i in range(2):
        sample = DataSample(metainfo=dict(img_path=f'a/{i}.jpg'))
        sample.set_pred_score(torch.tensor([0.3, 0.7]))
        if task == 'attributes':
            sample.set_gt_score(torch.tensor([1.0, 1.0])).set_pred_label(torch.tensor([1]))
            sample.attribute_mask = torch.tensor([i == 0, True])
        else:
            # Of averaged views, pred_label is still the first one's.
            sample.set_gt_label(1).set_pred_label(i)
        samples.append(sample)
    given = runner(2, classes=('a', 'b'), **({'task': task} if task == 'attributes' else {}))
    hook = DrawPredictionsHook(str(tmp_path))
    hook.after_test_iter(given, 1, {'inputs': views(form)}, samples)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['000002_0.png', '000003_1.png']
    for name, color in (('000002_0.png', (255, 0, 0)), ('000003_1.png', (0, 0, 255))):
        drawn = np.asarray(Image.open(tmp_path / name))
        assert (drawn[:224] == color).all()
        first_is_wrong = task == 'attributes' and name == '000002_0.png'
        assert has_color(drawn[224:], WRONG) == first_is_wrong
        assert has_color(drawn[224:], RIGHT) != first_is_wrong
