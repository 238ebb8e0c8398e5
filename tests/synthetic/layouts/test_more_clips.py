import json
from pathlib import Path

import pytest

from mmfer.datasets import CASME3, MMEW, SAMM, SMIC, CASMESquared
from mmfer.datasets.readers.clip_release.spans import read_spans
from mmfer.synthetic.generate import generate
from mmfer.synthetic.layouts import build_layout

READERS = {
    'smic': (SMIC, 3, 3),
    'samm': (SAMM, 5, 9),
    'casme_squared': (CASMESquared, 4, 5),
    'casme3': (CASME3, 7, 8),
    'mmew': (MMEW, 6, 8),
}


@pytest.mark.parametrize('layout', READERS)
def test_the_reader_reads_what_is_rendered(layout: str, tmp_path: Path) -> None:
    reader, classes, images = READERS[layout]
    root = generate(layout, tmp_path / layout, 'tiny', size=32, images=images, progress=False)
    truth = json.loads((root / 'annotations' / 'truth.json').read_text())
    data = reader(str(root), num_classes=classes, frame='pair', empty_classes='warn')
    found = {info['clip']: info for info in map(data.get_data_info, range(len(data)))}
    assert data.report.keys() <= {'other_emotion'}
    other = {name.split(' ')[0] for name in data.report.get('other_emotion', [])}
    assert found.keys() == truth.keys() - other and len(found) > 2
    for name, info in found.items():
        known = truth[name]
        assert info['emotion'] == known['emotion']
        assert info['landmarks'].shape == info['onset_landmarks'].shape == (68, 2)
        if layout == 'smic':  # all frames count, and no apex is coded
            assert info['onset'] <= known['onset'] < info['frame'] < known['offset']
            continue
        assert (info['onset'], info['apex'], info['offset']) == (
            known['onset'],
            known['apex'],
            known['offset'],
        )
        assert info['frame'] == known['apex']
    spans, faults = read_spans(root)
    assert {span.name for span in spans} == truth.keys() and not faults


def test_the_videos_of_cas_me_squared_show_several_expressions(tmp_path: Path) -> None:
    root = generate(
        'casme_squared', tmp_path / 'x', 'tiny', size=32, images=4, seed=2, progress=False
    )
    rows = json.loads((root / 'annotations' / 'all.json').read_text())['annotations']
    assert max(len(row['moments']) for row in rows) > 1
    for row in rows:
        numbers = [frame['frame'] for frame in row['frames']]
        assert numbers == list(range(1, numbers[-1] + 1))
        ends = [0, *(moment['offset'] for moment in row['moments'])]
        for end, moment in zip(ends, row['moments'], strict=False):
            assert end + 29 <= moment['onset'] < moment['apex'] < moment['offset']
            assert 3 <= moment['offset'] - moment['onset'] <= 15
        assert numbers[-1] >= ends[-1] + 29


def test_names_of_clips_are_unique() -> None:
    from mmfer.synthetic.layouts.presets import Options

    for layout in (*READERS, 'samm_long'):
        built = build_layout(layout)
        options = Options.build('small', presets=built.presets)
        names = [
            built.named(name, built.classes[0], 7 + i)
            for i, name in enumerate(built.clip_names(options))
        ]
        assert len(set(names)) == len(names) == options.images, layout
