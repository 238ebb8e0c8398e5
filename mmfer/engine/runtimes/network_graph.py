"""A network of a detector or landmarker on its way into an ONNX file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mmfer.engine.runtimes.onnx_model import TOLERANCE, content_of, with_metadata
from mmfer.runtime.face_network_file import FORMAT
from mmfer.runtime.onnx_network import OnnxNetwork

FREE = torch.export.Dim.DYNAMIC
"""A number or side that may differ from batch to batch."""
RGB: dict[str, Any] = {'format': FORMAT, 'colors': 'RGB', 'range': [0, 255]}
"""Metadata of all networks."""


@dataclass(frozen=True)
class NetworkGraph:
    """A network, its inputs and outputs, and what its file says of them.

    Args:
        network: Takes and returns tensors in the order of the names. Its inputs are batches (N, 3,
            H, W) float32, RGB pixels from 0 to 255.
        inputs: The names of the inputs.
        outputs: The names of the outputs.
        shapes: The shape (3, H, W) of an image for each input.
        facts: The metadata, JSON values by name.
        free_sides: The inputs that take images of any height and width.
    """

    network: nn.Module
    inputs: Sequence[str]
    outputs: Sequence[str]
    shapes: Sequence[tuple[int, ...]]
    facts: Mapping[str, Any]
    free_sides: Sequence[str] = ()

    def to_onnx(self) -> bytes:
        """The content of an ONNX file.

        Raises:
            ValueError: If an output for random pixels differs from that of PyTorch by more than
                1e-4.
        """
        self.network.eval()
        free = {True: {0: FREE, 2: FREE, 3: FREE}, False: {0: FREE}}
        with torch.no_grad():
            program = torch.onnx.export(
                self.network,
                tuple(torch.zeros(2, *shape) for shape in self.shapes),
                dynamo=True,
                input_names=list(self.inputs),
                output_names=list(self.outputs),
                dynamic_shapes=tuple(free[name in self.free_sides] for name in self.inputs),
                verbose=False,
            )
            assert program is not None
            content = content_of(program)
            self._compare(OnnxNetwork(content, 'the exported file', torch.get_num_threads()))
        return with_metadata(content, self.facts)

    def _compare(self, exported: OnnxNetwork) -> None:
        """Raise ValueError if the file does not give what the network gives."""
        generator = torch.Generator().manual_seed(0)
        # Where several networks share a file, the others get no images. The landmarker always
        # gets some: onnxruntime crashes if it enlarges the maps of an empty batch.
        kinds = len(self.shapes)
        none = [[0] * i + [1] + [0] * (kinds - 1 - i) for i in range(kinds)]
        for counts in (*none, [3] * kinds):
            images = [
                torch.randint(0, 256, (count, *shape), generator=generator).float()
                for count, shape in zip(counts, self.shapes, strict=True)
            ]
            self._compare_outputs(exported, images)

    def _compare_outputs(self, exported: OnnxNetwork, images: Sequence[Tensor]) -> None:
        arrays = {name: x.numpy() for name, x in zip(self.inputs, images, strict=True)}
        found, expected = exported.run(self.outputs, **arrays), self.network(*images)
        for name, value, wanted in zip(self.outputs, found, expected, strict=True):
            largest = float(np.abs(value - wanted.numpy()).max(initial=0))
            if value.shape != wanted.shape or not largest <= TOLERANCE:
                raise ValueError(
                    f'The output "{name}" of the exported file, {value.shape}, differs from that '
                    f'of PyTorch, {tuple(wanted.shape)}, by {largest:.2g}, so the file is not '
                    'written.'
                )
