"""Speed along a curve."""

import pytest
from mmengine.config import Config

from mmfer.engine.speed.curves import curve_speed, with_classes
from mmfer.engine.speed.turns import Times
from mmfer.registry import register_all_modules
from tests.engine.speed.test_training_speed import CONFIG

register_all_modules()
TIMES = Times(2, 0.01)
RALD = Config(
    dict(
        model=dict(
            type='ImageClassifier',
            backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8),
            neck=dict(type='HIFENet', in_channels=64, itrr=dict(context='support')),
            head=dict(type='LinearClsHead', num_classes=3, in_channels=64),
        )
    )
)


@pytest.mark.parametrize('train', [True, False])
@pytest.mark.parametrize('curve', ['batch', 'size', 'classes'])
def test_each_value_of_each_config_relates_to_its_first(curve: str, train: bool) -> None:
    values = (32, 64) if curve == 'size' else (2, 4)
    configs = {'a': CONFIG, 'b': CONFIG}
    rows = curve_speed(configs, curve, values, 2, 32, TIMES, train)
    assert [row.names for row in rows] == [
        {'model': name, curve: str(value)} for name in configs for value in values
    ]
    for number, row in enumerate(rows):
        ((unit, speed),) = row.speeds.items()
        assert unit == ('training images/s' if train else 'images/s')
        assert row.facts['ms an image'] == f'{1000 / speed.median:.2f}'
        if number % 2 == 0:
            assert speed.ratios == [1, 1]


def test_a_longer_context_is_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts = []

    def watched(model: object, *_: object) -> None:
        contexts.append(len(model.neck.itrr.support_features))  # type: ignore[attr-defined]

    monkeypatch.setattr('mmfer.engine.speed.curves.predict', watched)
    curve_speed({'a': RALD}, 'context', [2, 7], 1, 32, Times(1, 0))
    assert contexts == [2, 7, 2, 7]


def test_classes_of_the_head_and_of_its_losses() -> None:
    cfg = Config(CONFIG.to_dict())
    cfg.model.head.feature_losses = [dict(type='CenterLoss', num_classes=3)]
    cfg.data_preprocessor = dict(num_classes=3)
    changed = with_classes(cfg, 9)
    assert changed.model.head.num_classes == changed.data_preprocessor.num_classes == 9
    assert changed.model.head.feature_losses[0].num_classes == 9
    assert cfg.model.head.num_classes == 3
    with pytest.raises(ValueError, match='no num_classes'):
        with_classes(Config(dict(model=dict(type='STSTNet'))), 2)


@pytest.mark.parametrize(
    ('curve', 'values', 'train', 'message'),
    [
        ('depth', [1], False, 'batch, size, classes, context, frames'),
        ('batch', [], False, 'numbers from 1'),
        ('batch', [0], False, 'numbers from 1'),
        ('batch', [2, 2], False, 'each once'),
        ('context', [2], True, 'measure --curve batch'),
        ('context', [2], False, 'is for RALD'),
    ],
)
def test_curves_that_there_are_not(
    curve: str, values: list[int], train: bool, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        curve_speed({'a': CONFIG}, curve, values, 2, 32, TIMES, train)
