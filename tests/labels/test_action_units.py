import pytest

from mmfer.labels.action_units import CodedUnit, action_unit_targets, read_action_units


@pytest.mark.parametrize(
    ('text', 'units'),
    [
        ('4+7+L12A', [CodedUnit(4), CodedUnit(7), CodedUnit(12, 'L', 'A')]),
        ('AU1b, au2 ,R14', [CodedUnit(1, '', 'B'), CodedUnit(2), CodedUnit(14, 'R')]),
        ('12', [CodedUnit(12)]),
        ('R12 or R15', [CodedUnit(12, 'R', '', False), CodedUnit(15, 'R', '', False)]),
        ('4+17?', [CodedUnit(4), CodedUnit(17, certain=False)]),
        ('?', []),
        ('', []),
    ],
)
def test_cells_are_read(text: str, units: list[CodedUnit]) -> None:
    assert read_action_units(text) == (units, [])


def test_what_is_no_action_unit_is_named() -> None:
    assert read_action_units('4+head turn+123') == ([CodedUnit(4)], ['head turn', '123'])


def test_targets_are_present_absent_or_unknown() -> None:
    numbers = (1, 4, 12, 15)

    def targets(text: str) -> list[object]:
        target, known = action_unit_targets(text, numbers)
        return [int(t) if k else None for t, k in zip(target, known, strict=True)]

    assert targets('4+L12A+17') == [0, 1, 1, 0]
    assert targets('4+12 or 15') == [0, 1, None, None]
    assert targets('12+12?') == [0, 0, 1, 0]
    assert targets('?') == targets('') == targets('4+head turn') == [None] * 4
