"""Peak memory of a prediction or a training step."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, is_tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary


class _StorageTracker(TorchDispatchMode):
    """Tracks the bytes that operators allocate and that are still in use."""

    def __init__(self) -> None:
        super().__init__()
        self.alive = WeakIdKeyDictionary()
        self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {id(tensor.untyped_storage()) for tensor in tree_leaves(args) if is_tensor(tensor)}
        for tensor in filter(is_tensor, tree_leaves(result)):
            storage = tensor.untyped_storage()
            if id(storage) not in given:  # neither a view nor in-place
                self.alive[storage] = storage.nbytes()
        self.peak = max(self.peak, sum(self.alive.values()))
        return result


def peak_bytes(run: Callable[[], Any], kept: Iterable[Tensor]) -> int:
    """Peak bytes of a run: of the tensors it is given and of all that it allocates.

    On a GPU, what other models hold there does not count.

    Args:
        run: A prediction or a training step.
        kept: The tensors that exist before and after: input, weights, state of the optimizer.
    """
    tensors = list(kept)
    own = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    if any(tensor.device.type == 'cuda' for tensor in tensors):
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        run()
        torch.cuda.synchronize()
        return own + torch.cuda.max_memory_allocated() - before
    with _StorageTracker() as tracker:
        run()
    return own + tracker.peak


def tensors_of(model: nn.Module) -> list[Tensor]:
    """The weights and buffers of a model."""
    return [*model.parameters(), *model.buffers()]


def tensors_in_training(model: nn.Module) -> list[Tensor]:
    """The weights and buffers of a model, and of its teacher if it is a student."""
    teacher = getattr(model, 'teacher', None)
    return [*tensors_of(model), *(tensors_of(teacher.model) if teacher is not None else [])]
