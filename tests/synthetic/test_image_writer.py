from pathlib import Path

import pytest

from mmfer.synthetic.image_writer import ImageWriter
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.plan import Sample

SAMPLE = Sample('test', 6, label=3, clean_label=4, identity='test-0000')


def test_an_image_and_its_companions_are_written(tmp_path: Path):
    layout = build_layout('rafdb')
    writer = ImageWriter(layout, Options.build('tiny', size=48), tmp_path)
    truth = writer(SAMPLE)
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob('*') if p.is_file()}
    assert files == {layout.image_path('test', 6, 3), *layout.companion_paths('test', 6)}
    assert (truth['category_id'], truth['clean_category_id']) == (4, 5)
    assert truth['distribution'] == {'sadness': 1.0}


def test_a_failure_names_the_image(tmp_path: Path):
    (tmp_path / 'Image').write_text('in the way')
    writer = ImageWriter(build_layout('rafdb'), Options.build('tiny', size=48), tmp_path)
    with pytest.raises(RuntimeError, match=r'Image/aligned/test_0007_aligned\.jpg" failed with'):
        writer(SAMPLE)
