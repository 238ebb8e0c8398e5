from typing import Any

from mmfer.evaluation.noise_page import noise_page

CLASSES = ['neutral', 'happiness', 'fear']


def row(name: str, label: int, clean: int, suspicion: float) -> dict[str, Any]:
    suspicions = {'own': 0.5, 'neighbors': suspicion}
    facts = {'img_path': f'data/ferplus/FER2013Train/{name}.png', 'suggestion': clean}
    return {**facts, 'label': label, 'clean_label': clean, 'suspicions': suspicions}


def test_the_page_has_numbers_and_class_names_and_no_image() -> None:
    rows = [row('fer0000007', 0, 1, 0.9), row('fer0000003', 2, 2, 0.1), row('fer1', 1, 0, 0.95)]
    one = {'auroc': 50.0, 'precision': 66.67, 'gain': 0.0, 'gain_error': 0.0}
    report = {'own': one, 'neighbors': {**one, 'auroc': 99.5, 'gain': 49.5, 'gain_error': 1.25}}
    page = noise_page(rows, report, 'own', CLASSES, top=2)
    lines = page.splitlines()
    assert lines[0].startswith('3 images, 2 with a wrong label (66.67 %)')
    assert '| own | 50.00 | 66.67 | - |' in lines
    assert '| neighbors | 99.50 | 66.67 | +49.50 ± 1.25 |' in lines
    assert lines[-2:] == [
        '| fer1 | happiness | neutral | neutral | 0.950 |',
        '| fer0000007 | neutral | happiness | happiness | 0.900 |',
    ]
    assert '.png' not in page and 'fer0000003' not in page
