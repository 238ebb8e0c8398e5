from mmfer.engine.start_weights.layout import by_rules


def test_every_rule_is_applied_in_order_and_once():
    rename = by_rules(
        (r'^a\.', 'b.'), (r'^b\.', 'c.'), (r'x', 'y'), (r'(\d)$', lambda m: str(int(m[1]) + 1))
    )
    assert rename(['a.x.x.1', 'other']) == {'a.x.x.1': 'c.y.x.2', 'other': 'other'}
