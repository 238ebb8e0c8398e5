"""From a loaded model to an ONNX file that needs nothing else."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mmfer.apis import FERInferencer, onnx_export
from mmfer.apis.onnx_export import described, image_size, in_onnxruntime, onnx_file, program_file
from mmfer.engine import load_config
from mmfer.engine.export import FACTS
from mmfer.engine.model_building import build_model
from mmfer.engine.runtimes.onnx_model import metadata_of
from mmfer.shipped_models import DEFAULT
from tests.apis.model_files import ALIGNED, ASTRONAUT, BOXED, FACE_CROP, write_model
from tests.helpers import CLASSES, ROOT


@pytest.fixture(scope='module')
def model(tmp_path_factory: pytest.TempPathFactory) -> FERInferencer:
    files = write_model(tmp_path_factory.mktemp('m'), FACE_CROP + 'image_size = 32\n')
    return FERInferencer(*files)


@pytest.fixture(scope='module')
def exported(model: FERInferencer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    content, number = onnx_file(model.loaded)
    assert number is None
    path = tmp_path_factory.mktemp('onnx') / 'model.onnx'
    path.write_bytes(content)
    return path


def numbers(result: dict[str, Any]) -> list[float]:
    (face,) = result['results'][0]['faces']
    return [*face['bbox'], *face['scores'].values()]


def test_a_photograph_has_the_same_answer_from_the_file(
    model: FERInferencer, exported: Path
) -> None:
    expected, found = model(ASTRONAUT), FERInferencer(exported)(ASTRONAUT)
    np.testing.assert_allclose(numbers(found), numbers(expected), atol=1e-4)
    assert np.ptp(numbers(expected)[4:]) > 0.01
    assert found['model'] == expected['model']
    assert found['results'][0]['faces'][0]['label'] == expected['results'][0]['faces'][0]['label']


def test_crops_of_any_number_have_the_same_scores(model: FERInferencer, exported: Path) -> None:
    crops = list(np.random.default_rng(0).integers(0, 256, (5, 40, 40, 3), np.uint8))
    found, expected = (
        np.array([list(one.values()) for one in inferencer.classify(crops)])
        for inferencer in (FERInferencer(exported, batch_size=3), model)
    )
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_checkpoint_runs_in_onnxruntime_by_the_same_call(model: FERInferencer) -> None:
    where = Path(model.config.filename)
    inferencer = FERInferencer(where, where.parent / 'model.pth', backend='onnxruntime')
    assert inferencer.loaded.in_onnxruntime and not model.loaded.in_onnxruntime
    np.testing.assert_allclose(numbers(inferencer(ASTRONAUT)), numbers(model(ASTRONAUT)), atol=1e-4)


def test_the_shipped_model_is_read_from_its_exported_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError('exported in memory')

    expected = FERInferencer()(ASTRONAUT)
    monkeypatch.setattr(onnx_export, 'onnx_content', refuse)
    for name in (None, DEFAULT):
        inferencer = FERInferencer(name, backend='onnxruntime')
        found = inferencer(ASTRONAUT)
        assert inferencer.loaded.in_onnxruntime and found['model'] == expected['model']
        np.testing.assert_allclose(numbers(found), numbers(expected), atol=1e-4)


def test_other_programs_find_all_facts_in_the_metadata(exported: Path) -> None:
    texts = metadata_of(exported.read_bytes())
    facts = {name: json.loads(text) for name, text in texts.items()}
    assert facts['classes'] == list(CLASSES)
    assert facts['face_crop'] == dict(type='box', size=48, scale=1.45, shift=[0.02, -0.06])
    assert facts['preprocessing']['image_size'] == 32 and not facts['preprocessing']['gray']
    assert facts['preprocessing']['normalized_in_graph'] == dict(mean=[127.5] * 3, std=[60.0] * 3)
    assert facts['calibration'] is None and facts['model_card'] == {}


def test_a_file_has_no_cache(tmp_path: Path) -> None:
    """It is of the training, and programs that read the file would have to know it."""
    steps = "dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=32)"
    cached = f"\ntest_pipeline[:2] = [dict(type='Cached', transforms=[{steps}])]\n"
    loaded = FERInferencer(*write_model(tmp_path, FACE_CROP + cached)).loaded
    pipeline = described(loaded, 32)['preprocessing']['pipeline']
    names = [step['type'] for step in pipeline]
    assert names == ['LoadExpressionImage', 'ResizeFace', 'PackInputs']


def test_an_exported_program_has_the_same_facts(model: FERInferencer, exported: Path) -> None:
    content, _ = program_file(model.loaded)
    facts = {FACTS: ''}
    torch.export.load(BytesIO(content), extra_files=facts)
    texts = metadata_of(exported.read_bytes())
    assert json.loads(facts[FACTS]) == {name: json.loads(text) for name, text in texts.items()}


def test_another_device_is_refused(model: FERInferencer) -> None:
    with pytest.raises(ValueError, match='on the CPU: leave out the device cuda'):
        in_onnxruntime(model.loaded, 'cuda')


RESIZED = "\ntest_pipeline[1] = dict(type='ResizeFace', size=40)\n"


@pytest.mark.parametrize(
    ('extra', 'side'),
    [
        (FACE_CROP, 32),
        (FACE_CROP + 'image_size = 48\n', 32),  # as in an inheriting config: no step reads it
        (FACE_CROP + RESIZED, 40),
        (RESIZED + 'image_size = 64\n', 40),
        (FACE_CROP + '\ndel test_pipeline[1]\n', 48),
        ('\ndel test_pipeline[1]\nimage_size = 56\n', 56),
        (ALIGNED + 'image_size = 64\n', 32),
        (BOXED + 'image_size = 64\n', 32),
    ],
)
def test_the_test_pipeline_gives_the_size(tmp_path: Path, extra: str, side: int) -> None:
    loaded = FERInferencer(*write_model(tmp_path, extra)).loaded
    assert image_size(loaded) == image_size(loaded, side) == side


def test_another_size_than_that_of_the_pipeline_is_refused(model: FERInferencer) -> None:
    for export in (onnx_file, program_file):
        with pytest.raises(ValueError, match='gives images of 32 px, so a file for 48 px could'):
            export(model.loaded, 48)


def test_a_pipeline_that_gives_no_square_is_refused(tmp_path: Path) -> None:
    extra = FACE_CROP + "\ntest_pipeline[1] = dict(type='Resize', scale=(40, 32))\n"
    loaded = FERInferencer(*write_model(tmp_path, extra)).loaded
    with pytest.raises(ValueError, match='gives images of 40 x 32 px, but a file is for square'):
        onnx_file(loaded)


def test_classes_that_no_file_can_have_are_refused(model: FERInferencer) -> None:
    loaded = replace(model.loaded, classes=('a', 'b\u202ec', 'd'))
    for export in (onnx_file, program_file):
        with pytest.raises(ValueError, match=r"^The model has the class 'b\\u202ec'\. .* Rename"):
            export(loaded)


def test_a_file_that_nothing_can_read_is_refused(model: FERInferencer) -> None:
    with pytest.raises(ValueError, match='"the exported file" has no temperature'):
        onnx_file(replace(model.loaded, temperature=100.0))


def test_a_size_must_be_known(tmp_path: Path) -> None:
    loaded = FERInferencer(*write_model(tmp_path, '')).loaded
    with pytest.raises(ValueError, match='has no image_size: give the size'):
        image_size(loaded)
    assert image_size(loaded, 32) == 32


def test_a_model_of_motion_is_refused(tmp_path: Path) -> None:
    config = ROOT / 'configs' / 'ststnet' / 'ststnet_synthetic.py'
    model = build_model(load_config(config))
    names = tuple('abcdefgh'[: model.head.num_classes])
    meta = dict(dataset_meta=dict(classes=names))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), tmp_path / 'a.pth')
    loaded = FERInferencer(config, tmp_path / 'a.pth').loaded
    for export in (onnx_file, program_file, in_onnxruntime):
        with pytest.raises(ValueError, match=r'two frames of a clip \(LoadClip\)'):
            export(loaded)
