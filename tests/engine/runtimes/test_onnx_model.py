"""ONNX files in onnxruntime, read without trust in them."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from mmpretrain.structures import DataSample
from onnx import helper

from mmfer.engine.runtimes.onnx_model import OnnxModel, metadata_of, with_metadata
from mmfer.worker_pool import one_thread
from tests.onnx_files import expected_scores, mean_color

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 3, 8, 8)).astype(np.float32)


def loaded(model: onnx.ModelProto) -> OnnxModel:
    return OnnxModel(model.SerializeToString(), 'a.onnx')


@pytest.mark.parametrize('number', ['N', 1, 2, 5])
def test_any_number_of_images_gives_a_score_each(number: int | str) -> None:
    model = loaded(mean_color(number))
    assert model.shape == (3, 8, 8)
    np.testing.assert_allclose(model.scores(IMAGES), expected_scores(IMAGES), atol=1e-6)
    np.testing.assert_allclose(model.scores(IMAGES[:1]), expected_scores(IMAGES[:1]), atol=1e-6)


def test_a_batch_in_bgr_is_read_as_a_classifier_reads_it() -> None:
    bgr = [torch.from_numpy(image[::-1].astype(np.uint8)) for image in IMAGES]
    answers = loaded(mean_color()).test_step(dict(inputs=bgr, data_samples=[DataSample()] * 5))
    found = torch.stack([answer.pred_score for answer in answers]).numpy()
    np.testing.assert_allclose(found, expected_scores(IMAGES), atol=1e-6)


def test_onnxruntime_has_as_many_threads_as_pytorch() -> None:
    with one_thread():
        options = loaded(mean_color()).session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r'shape \(3, 8, 8\), but got \(3, 9, 9\)'):
        loaded(mean_color()).scores(np.zeros((1, 3, 9, 9), np.float32))


@pytest.mark.parametrize('share', [0, 0.3, 0.9])
def test_a_truncated_file_is_refused(share: float) -> None:
    content = mean_color().SerializeToString()
    with pytest.raises(ValueError, match='"a.onnx" is no ONNX file'):
        OnnxModel(content[: int(share * len(content))], 'a.onnx')


def test_a_file_that_is_no_onnx_is_refused() -> None:
    with pytest.raises(ValueError, match='"a.onnx" is no ONNX file'):
        OnnxModel(b'PK\x03\x04 no model', 'a.onnx')


def test_weights_in_another_file_are_not_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path('secret.bin').write_bytes(np.float32([255]).tobytes())
    model = mean_color()
    weight = model.graph.initializer[0]
    weight.ClearField('float_data')
    weight.data_location = onnx.TensorProto.EXTERNAL
    weight.external_data.add(key='location', value='secret.bin')
    with pytest.raises(ValueError, match='keeps weights in another file'):
        loaded(model)


def test_weights_of_an_attribute_in_another_file_are_not_read() -> None:
    model = mean_color()
    tensor = onnx.TensorProto(data_type=1, dims=[1], data_location=onnx.TensorProto.EXTERNAL)
    model.graph.node.insert(0, helper.make_node('Constant', [], ['x'], value=tensor))
    with pytest.raises(ValueError, match='keeps weights in another file'):
        loaded(model)


def test_a_loop_is_refused_also_inside_a_branch() -> None:
    model = mean_color()
    loop = helper.make_node('Loop', ['', ''], ['y'], body=helper.make_graph([], 'b', [], []))
    branch = helper.make_graph([loop], 'then', [], [])
    model.graph.node.append(helper.make_node('If', ['x'], ['z'], then_branch=branch))
    with pytest.raises(ValueError, match='operator Loop, which may run without end'):
        loaded(model)


def test_operators_of_others_are_refused() -> None:
    model = mean_color()
    model.graph.node[0].domain = 'com.example'
    model.opset_import.append(helper.make_opsetid('com.example', 1))
    with pytest.raises(ValueError, match='onnxruntime cannot load "a.onnx"'):
        loaded(model)


def test_other_inputs_are_refused() -> None:
    model = mean_color()
    model.graph.input[0].name = model.graph.node[0].input[0] = 'data'
    with pytest.raises(ValueError, match='does not take "images"'):
        loaded(model)


def test_a_size_that_is_not_fixed_is_refused() -> None:
    model = mean_color()
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = 'H'
    with pytest.raises(ValueError, match='does not take "images"'):
        loaded(model)


def test_metadata_are_kept_and_replaced() -> None:
    content = with_metadata(mean_color().SerializeToString(), dict(a=[1], b='ü'))
    content = with_metadata(content, dict(a=None))
    assert metadata_of(content) == {'a': 'null', 'b': '"\\u00fc"'}
    assert OnnxModel(content, 'a.onnx').metadata == metadata_of(content)


def test_a_missing_package_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(ValueError, match='pip install onnxruntime'):
        loaded(mean_color())
