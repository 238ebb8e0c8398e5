"""Images of a training stay uint8 until they are on the device of the model."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.dataset import default_collate, pseudo_collate
from torch.utils._python_dispatch import TorchDispatchMode

from mmfer.engine import load_config
from mmfer.engine.model_building import build_model
from mmfer.registry import DATASETS
from tests.helpers import ROOT
from tests.small_configs import form_of, small_config, write_data

CONFIGS = sorted(p for p in (ROOT / 'configs').rglob('*.py') if '_base_' not in p.parts)


def form(config: Path) -> str:
    """What decides the type of the images: pipeline and preprocessor, without numbers."""
    cfg = load_config(config).to_dict()
    model = cfg['model']
    parts = (cfg['train_dataloader'], cfg.get('data_preprocessor'), model.get('data_preprocessor'))
    return repr([form_of(part) for part in parts]) + str(config.parent.name == 'ststnet')


FORMS = {form(config): config for config in reversed(CONFIGS)}


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp('data'))


class Moves(TorchDispatchMode):
    """Records the types in which pixels move to another device, or become floats before."""

    def __init__(self) -> None:
        super().__init__()
        self.types: set[torch.dtype] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        is_image = func is torch.ops.aten._to_copy.default and args[0].dim() >= 3
        if is_image and result.device.type == 'meta' != args[0].device.type:
            self.types.add(args[0].dtype)
        return result


@pytest.mark.parametrize('config', sorted(FORMS.values()), ids=lambda p: p.stem)
def test_images_are_bytes_until_they_are_on_the_device(
    config: Path, data: Path, tmp_path: Path
) -> None:
    cfg = small_config(config, data, tmp_path)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    is_motion = 'MotionInput' in str(cfg.train_dataloader)
    expected = torch.float32 if is_motion else torch.uint8  # motion has signs and fractions
    samples = [dataset[i] for i in range(2)]
    assert {sample['inputs'].dtype for sample in samples} == {expected}
    preprocessor = build_model(cfg).data_preprocessor.to('meta')
    for collate in (default_collate, pseudo_collate):
        with Moves() as moves:
            prepared = preprocessor(collate(samples), False)
        assert moves.types == {expected}
        assert prepared['inputs'].dtype == torch.float32
        assert prepared['inputs'].device.type == 'meta'
