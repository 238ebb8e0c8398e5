"""From a network to an ONNX file."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mmfer.engine.runtimes.network_graph import NetworkGraph
from mmfer.engine.runtimes.onnx_model import metadata_of
from mmfer.runtime.onnx_network import OnnxNetwork
from tests.helpers import ROOT


class Means(nn.Module):
    """The means of the pixels of two inputs."""

    def forward(self, large: Tensor, small: Tensor) -> tuple[Tensor, Tensor]:
        return large.mean(dim=(1, 2, 3)), small.mean(dim=(2, 3))


def graph(network: nn.Module) -> NetworkGraph:
    shapes = [(3, 9, 7), (3, 4, 4)]
    return NetworkGraph(network, ['a', 'b'], ['x', 'y'], shapes, {'kind': 'means'}, ['a'])


def test_number_and_sides_are_free_and_facts_are_kept() -> None:
    content = graph(Means()).to_onnx()
    assert metadata_of(content)['kind'] == '"means"'
    a, b = np.full((3, 3, 5, 8), 7, np.float32), np.ones((0, 3, 4, 4), np.float32)
    x, y = OnnxNetwork(content, 'a.onnx').run(['x', 'y'], a=a, b=b)
    assert x.tolist() == [7, 7, 7] and y.shape == (0, 3)


def test_the_file_does_not_name_files_of_this_computer() -> None:
    content = graph(Means()).to_onnx()
    assert b'.py' not in content and str(ROOT).encode() not in content


def test_a_file_that_differs_from_pytorch_is_not_written() -> None:
    class Drifting(Means):
        """Gives larger numbers from call to call, which the file cannot know."""

        calls = 0

        def forward(self, large: Tensor, small: Tensor) -> tuple[Tensor, Tensor]:
            if not torch.compiler.is_exporting():
                Drifting.calls += 1
            x, y = super().forward(large, small)
            return x, y + 1e-3 * Drifting.calls

    with pytest.raises(ValueError, match='"y" of the exported file.*so the file is not written'):
        graph(Drifting()).to_onnx()
