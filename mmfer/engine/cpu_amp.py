"""Mixed precision on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from torch import nn

from mmfer.registry import OPTIM_WRAPPERS


def cpu_has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 numbers in hardware (AVX-512 BF16 or AMX)."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


@OPTIM_WRAPPERS.register_module()
class CPUAmpOptimWrapper(OptimWrapper):
    """Train with bfloat16 autocast on CPUs with bfloat16 units, and in float32 elsewhere.

    bfloat16 has the range of float32, so losses need no scaling. CPUs without bfloat16 units
    emulate bfloat16 and are slower than in float32. On such CPUs, and for models on a GPU (for
    which mmengine has ``AmpOptimWrapper``), this is a plain :class:`OptimWrapper`, and the log says
    so.

    Args:
        **options: Options of :class:`mmengine.optim.OptimWrapper`.

    Example:
        >>> optim_wrapper = dict(
        ...     type='CPUAmpOptimWrapper', optimizer=dict(type='AdamW', lr=1e-3)
        ... )
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        on_cpu = self.optimizer.param_groups[0]['params'][0].device.type == 'cpu'
        self.enabled = on_cpu and cpu_has_bfloat16()
        if self.enabled:
            message = 'Training in bfloat16 on the CPU.'
        elif on_cpu:
            message = 'This CPU has no units for bfloat16: training in float32.'
        else:
            message = 'CPUAmpOptimWrapper trains in float32 on a GPU: use --amp for float16.'
        print_log(message, logger='current')

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run the forward pass with autocast."""
        precision = torch.autocast('cpu', torch.bfloat16) if self.enabled else nullcontext()
        with super().optim_context(model), precision:
            yield
