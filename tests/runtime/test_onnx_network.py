"""ONNX files in onnxruntime, read without trust in them."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from mmfer.runtime.onnx_network import OnnxNetwork, check_packages, read_content
from tests.onnx_files import mean_color


def loaded(model: onnx.ModelProto) -> OnnxNetwork:
    return OnnxNetwork(model.SerializeToString(), 'a.onnx')


@pytest.mark.parametrize('share', [0, 0.3, 0.9])
def test_a_truncated_file_is_refused(share: float) -> None:
    content = mean_color().SerializeToString()
    with pytest.raises(ValueError, match='"a.onnx" is no ONNX file'):
        OnnxNetwork(content[: int(share * len(content))], 'a.onnx')


def test_a_file_that_is_no_onnx_is_refused() -> None:
    with pytest.raises(ValueError, match='"a.onnx" is no ONNX file'):
        OnnxNetwork(b'PK\x03\x04 no model', 'a.onnx')


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


def test_functions_are_refused_because_each_may_call_another_twice() -> None:
    model = mean_color()
    domains = [helper.make_opsetid('', 18), helper.make_opsetid('my', 1)]
    for depth in range(40):  # in full, 2 ** 39 nodes
        calls = [('Relu', '')] if depth == 0 else [(f'F{depth - 1}', 'my')] * 2
        names = ['a', 'm', 'b'] if depth else ['a', 'b']
        nodes = [
            helper.make_node(kind, [taken], [given], domain=domain)
            for (kind, domain), taken, given in zip(calls, names, names[1:], strict=False)
        ]
        model.functions.append(
            helper.make_function('my', f'F{depth}', ['a'], ['b'], nodes, domains)
        )
    model.opset_import.append(domains[1])
    model.graph.node[0].input[0] = 'more'
    model.graph.node.insert(0, helper.make_node('F39', ['images'], ['more'], domain='my'))
    with pytest.raises(ValueError, match='"a.onnx" has functions of its own'):
        loaded(model)


def test_operators_of_others_are_refused() -> None:
    model = mean_color()
    model.graph.node[0].domain = 'com.example'
    model.opset_import.append(helper.make_opsetid('com.example', 1))
    with pytest.raises(ValueError, match='onnxruntime cannot load "a.onnx"'):
        loaded(model)


def test_a_missing_package_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(ValueError, match='pip install onnxruntime, or the extra "onnxruntime"'):
        loaded(mean_color())
    with pytest.raises(ValueError, match='or the extra "export" of mmfer'):
        check_packages(('onnx', 'onnxruntime', 'no_such_package'))


def test_the_number_of_threads_is_that_of_the_caller() -> None:
    network = OnnxNetwork(mean_color().SerializeToString(), 'a.onnx', threads=3)
    assert network.session.get_session_options().intra_op_num_threads == 3


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises((FileNotFoundError, ValueError), match=str(tmp_path)):
        read_content(tmp_path)


def test_a_negative_number_of_threads_is_refused() -> None:
    with pytest.raises(ValueError, match='threads=-1'):
        OnnxNetwork(mean_color().SerializeToString(), 'a.onnx', threads=-1)


def test_inputs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match='cannot run "a.onnx".*mmfer export.*invalid dimensions'):
        loaded(mean_color()).run(['scores'], images=np.zeros((1, 3, 12, 12), np.float32))
