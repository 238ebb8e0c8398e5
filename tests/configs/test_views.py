"""The views of each config have the sizes of its test images."""

from pathlib import Path
from typing import Any

import pytest

from mmfer.datasets.wrapped import pipeline_of
from mmfer.engine import load_config
from tests.helpers import ROOT

CONFIGS = sorted(p for p in (ROOT / 'configs').rglob('*.py') if '_base_' not in p.parts)


def sizes(pipeline: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """The transforms with a size, in the first view of a pipeline."""
    found: list[tuple[str, Any]] = []
    for step in pipeline:
        if step['type'] == 'TestTimeAug':
            found += sizes([views[0] for views in step['transforms']])
        elif 'size' in step:
            found.append((step['type'], step['size']))
        else:
            found += sizes(step.get('transforms', []))
    return found


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: str(path.relative_to(ROOT / 'configs')))
def test_views_have_the_sizes_of_the_test(path: Path) -> None:
    cfg = load_config(path)
    if 'tta_pipeline' in cfg:
        tested = pipeline_of(cfg.test_dataloader.dataset, 'test_dataloader.dataset')
        assert sizes(cfg.tta_pipeline) == sizes(tested) != []
