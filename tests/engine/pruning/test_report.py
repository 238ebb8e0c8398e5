"""The table for users."""

from mmfer.engine.pruning import LayerChange, PruningReport


def test_table():
    report = PruningReport(
        criterion='bn_scale',
        ratio=0.6,
        removed=0.55,
        threshold=0.0123,
        layers=[LayerChange('conv1', 64, 16, False), LayerChange('conv2', 40, 4, True)],
        kept={},
        parameters=(31_050_000, 8_280_000),
        flops=(16.95e9, 8.11e9),
    )
    lines = report.format_table().splitlines()
    assert lines[2] == '| conv1 | 64 | 16 | -75.00 % |'
    assert lines[3] == '| conv2 (at the floor) | 40 | 4 | -90.00 % |'
    assert '55.0 % of the prunable channels; requested 60 %' in lines[5] and '0.0123' in lines[5]
    assert lines[6] == 'Parameters: 31.050 M -> 8.280 M (-73.33 %)'
    assert lines[7] == 'FLOPs:      16.950 G -> 8.110 G (-52.15 %)'
