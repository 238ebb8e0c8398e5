"""ONNX files as classifiers of mmengine, and their metadata."""

import json

import cv2
import numpy as np
import onnx
import torch
from mmpretrain.structures import DataSample

from mmfer.engine.runtimes.onnx_model import OnnxModel, metadata_of, with_metadata
from mmfer.worker_pool import one_thread
from tests.onnx_files import expected_scores, mean_color

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 3, 8, 8)).astype(np.float32)


def loaded(model: onnx.ModelProto) -> OnnxModel:
    return OnnxModel(model.SerializeToString(), 'a.onnx')


def test_a_batch_in_bgr_is_read_as_a_classifier_reads_it() -> None:
    bgr = [torch.from_numpy(image[::-1].astype(np.uint8)) for image in IMAGES]
    answers = loaded(mean_color()).test_step(dict(inputs=bgr, data_samples=[DataSample()] * 5))
    found = torch.stack([answer.pred_score for answer in answers]).numpy()
    np.testing.assert_allclose(found, expected_scores(IMAGES), atol=1e-6)


def test_onnxruntime_has_as_many_threads_as_pytorch() -> None:
    with one_thread():
        options = loaded(mean_color()).session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


def test_metadata_are_kept_and_replaced() -> None:
    content = with_metadata(mean_color().SerializeToString(), dict(a=[1], b='ü'))
    content = with_metadata(content, dict(a=None))
    assert metadata_of(content) == {'a': 'null', 'b': '"ü"'}
    assert OnnxModel(content, 'a.onnx').metadata == metadata_of(content)


def test_opencv_reads_names_of_all_scripts_as_in_the_example_in_cpp() -> None:
    names = ['喜', 'می\u200cخندد', '\U0001f600', 'x\udc80']
    content = with_metadata(mean_color().SerializeToString(), dict(classes=names))
    text = metadata_of(content)['classes']
    assert json.loads(text) == names
    flags = cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY | cv2.FILE_STORAGE_FORMAT_JSON
    storage = cv2.FileStorage(f'{{"value": {text}}}', flags)
    node = storage.getNode('value')
    assert [node.at(i).string() for i in range(3)] == names[:3]
