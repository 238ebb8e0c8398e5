"""Groups of channels that can be removed together, found by torch-pruning."""

import re
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch_pruning as tp
from torch import Tensor, nn
from torch_pruning.ops import OPTYPE

from mmfer.engine.pruning.tracing import traceable, traced_outputs
from mmfer.protocols import AttendsToSupport, Bypassable

PLAIN = {
    *('Mul', 'Relu', 'LeakyRelu', 'Gelu', 'Silu', 'Tanh'),
    *('Hardtanh', 'Hardswish', 'Elu', 'PreluKernel', 'Clone', 'Squeeze', 'Unsqueeze'),
    *('MaxPool2DWithIndices', 'AvgPool2D', 'AdaptiveAvgPool2D', 'AdaptiveMaxPool2D'),
    *('UpsampleNearest2D', 'UpsampleBilinear2D', 'UpsampleBicubic2D'),
}
"""Operations that do not mix channels and map zero to zero."""
GATES = {'Sigmoid', 'Hardsigmoid'}


@dataclass
class ChannelGroup:
    """Channels that are removed together: of a layer, and of all layers that add or use them."""

    root: nn.Module
    """The layer whose output channels are counted."""
    channels: int
    producers: list[str]
    """The convolutions and linear layers with these output channels."""
    consumers: list[str]
    """The convolutions and linear layers with these input channels."""
    norms: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """For each batch norm, pairs of a channel of the root and a channel of the batch norm."""
    tied: int = 1
    """Number of groups of the grouped convolutions in this group."""


class Dependencies:
    """Finds the channels of a model that can be removed without changing the other channels.

    torch-pruning follows channels through the gradient functions of a prediction, and assumes that
    unknown operations do not mix channels. This class is stricter. A channel stays in the model if
    it passes an operation that may mix channels (attention, softmax or mean over channels), or if
    it reaches the output, a parameter, a layer norm, or a layer next to weights that the prediction
    does not use, such as the centers of a loss, which have the same width. It also stays if it
    enters a module that uses its inputs in more ways than one prediction shows: a module that can
    be bypassed, or that compares images with a support set, which has the width of its inputs.

    Args:
        model: The model in eval mode, on the device of the inputs.
        inputs: Images (N, 3, H, W).
    """

    def __init__(self, model: nn.Module, inputs: Tensor) -> None:
        self.model = model
        self.names = {module: name for name, module in model.named_modules()}
        self.order = {name: i for i, name in enumerate(self.names.values())}
        self.of_fixed_width = [
            f'{name}.'
            for module, name in self.names.items()
            if name and isinstance(module, Bypassable | AttendsToSupport)
        ]
        self.graph = tp.DependencyGraph()
        with traceable(model):
            inputs = inputs.contiguous()
            self.graph.build_dependency(model, inputs, forward_fn=traced_outputs, verbose=False)
        self._cut_broadcasts()
        self._end_where_channels_mix()

    def groups(self) -> list[ChannelGroup]:
        """The groups of channels that may be pruned, in the order of the model's layers."""
        found = [group for item in self.graph.get_all_groups() if (group := self._checked(item))]
        return sorted(found, key=lambda group: self.order[group.producers[0]])

    def remove(self, groups: list[ChannelGroup], lost: list[list[int]]) -> dict[str, list[int]]:
        """Remove channels, and all weights that belong to them, from the model, in place.

        Args:
            groups: Some of :meth:`groups`.
            lost: For each group, the channels of its root to remove.

        Returns:
            For every layer that loses output channels, the old indices of the remaining channels.
        """
        gone: dict[nn.Module, set[int]] = {}
        width: dict[nn.Module, int] = {}
        roots = [(g.root, channels) for g, channels in zip(groups, lost, strict=True) if channels]
        for root, channels in roots:
            for item in self._group(root, channels):
                node = item.dep.target
                if node.type in LAYERS and self._is_output(item):
                    gone.setdefault(node.module, set()).update(item.idxs)
                    width[node.module] = self.graph.get_out_channels(node)
        frozen = {name for name, p in self.model.named_parameters() if not p.requires_grad}
        for root, channels in roots:
            self._group(root, channels).prune()
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name not in frozen)
        return {self.names[m]: sorted(set(range(width[m])) - gone[m]) for m in gone}

    def _group(self, root: nn.Module, channels: list[int]) -> Any:
        pruner = self.graph.get_pruner_of_module(root)
        return self.graph.get_pruning_group(root, pruner.prune_out_channels, channels)

    def _is_output(self, item: Any) -> bool:
        return self.graph.is_out_channel_pruning_fn(item.dep.handler)

    def _cut_broadcasts(self) -> None:
        """Detach maps of one channel that only scale other channels."""
        nodes = self.graph.module2node.values()
        single = {n for n in nodes if n.type in LAYERS and self.graph.get_out_channels(n) == 1}
        found = set(single)
        while found:  # and operations that use only these maps
            after = {other for node in found for other in node.outputs} - single
            found = {n for n in after if n.type in MAPS and single.issuperset(n.inputs)}
            single |= found
        for node in single:
            for other in [o for o in node.outputs if o not in single]:
                if _operation(other) != 'Div' or other.inputs[0] is not node:
                    _disconnect(node, other)
        for node in nodes:
            if node.type is OPTYPE.CONCAT:
                node.module.concat_sizes = None  # recomputed without these maps
            elif _splits_batch(node):
                node.module.split_sizes = None

    def _end_where_channels_mix(self) -> None:
        """Follow no channel beyond an operation for which its group is refused.

        torch-pruning has no map of channels for such operations; around a loop of them its lists of
        channels grow without end.
        """
        for node in self.graph.module2node.values():
            joins = node.type in (OPTYPE.CONCAT, OPTYPE.SPLIT)  # known when a group is followed
            if not joins and not _keeps_channels_apart(node, of_tokens=True):
                node.dependencies = []

    def _checked(self, items: Any) -> ChannelGroup | None:
        group = ChannelGroup(items[0].dep.target.module, len(items[0].idxs), [], [])
        grouped = set()
        for item in items:
            node, module = item.dep.target, item.dep.target.module
            if not _keeps_channels_apart(node, isinstance(group.root, nn.Linear)):
                return None
            if node.type in (OPTYPE.CONV, OPTYPE.LINEAR) and self._has_unused_siblings(module):
                return None
            if node.type is OPTYPE.BN:
                pairs = list(zip(item.root_idxs, item.idxs, strict=True))
                group.norms[self.names[module]] = pairs
            elif node.type in LAYERS:
                listed = group.producers if self._is_output(item) else group.consumers
                listed.append(self.names[module])
            if node.type is OPTYPE.CONV and module.groups > 1:
                grouped.add(module.groups)
                if item.idxs != list(range(group.channels)):
                    return None
        if len(grouped) > 1 or self._enters_module_of_fixed_width(group):
            return None
        group.tied = grouped.pop() if grouped else 1
        group.producers.sort(key=self.order.__getitem__)
        return group

    def zeroed_by_norms(self, group: ChannelGroup) -> bool:
        """Whether a channel is zero everywhere if scale and bias of its batch norms are zero."""
        nodes = [self.graph.module2node[self.model.get_submodule(n)] for n in group.producers]
        return bool(group.norms) and all(
            node.type is OPTYPE.DEPTHWISE_CONV
            and node.module.bias is None
            or all(output.type is OPTYPE.BN or _is_gate(output) for output in node.outputs)
            for node in nodes
        )

    def _enters_module_of_fixed_width(self, group: ChannelGroup) -> bool:
        return any(
            consumer.startswith(module) and not all(p.startswith(module) for p in group.producers)
            for module in self.of_fixed_width
            for consumer in group.consumers
        )

    def _has_unused_siblings(self, module: nn.Module) -> bool:
        parent = self.names[module].rpartition('.')[0]
        if not parent:
            return False
        return any(
            weight not in self.graph.module2node
            for other in self.model.get_submodule(parent).modules()
            if other not in self.graph.module2node
            for weight in (*other.parameters(recurse=False), *other.buffers(recurse=False))
        )


LAYERS = (OPTYPE.CONV, OPTYPE.DEPTHWISE_CONV, OPTYPE.LINEAR, OPTYPE.BN)
MAPS = (OPTYPE.ELEMENTWISE, OPTYPE.RESHAPE)


def _disconnect(node: Any, other: Any) -> None:
    other.inputs.remove(node)
    node.outputs.remove(other)
    other.dependencies = [d for d in other.dependencies if d.target is not node]
    node.dependencies = [d for d in node.dependencies if d.target is not other]


def _operation(node: Any) -> str:
    """``'Relu'`` of ``ReluBackward0``."""
    name = node.grad_fn.name() if hasattr(node.grad_fn, 'name') else ''
    return re.sub(r'Backward\d*$', '', name)


def _keeps_channels_apart(node: Any, of_tokens: bool) -> bool:
    operation = _operation(node)
    if node.type in LAYERS:
        return True
    if node.type is OPTYPE.CONCAT:
        return node.grad_fn._saved_dim == 1 and node.module.offsets is not None
    if node.type is OPTYPE.SPLIT:
        return _splits_batch(node)
    if node.type is OPTYPE.RESHAPE:
        positions = prod(node.grad_fn._saved_self_sym_sizes[2:])
        return positions == 1 or (of_tokens and _inside_linear(node))
    if node.type is not OPTYPE.ELEMENTWISE:
        return False
    if operation == 'Mean':
        return {dim - 2**64 if dim > 2**63 else dim for dim in node.grad_fn._saved_dim} <= {
            *(2, 3, -1, -2)
        }
    if operation == 'Add':
        return len(node.inputs) > 1  # not a constant
    if operation == 'Div':
        return len(node.inputs) == 1  # not by other channels
    return operation in PLAIN or _is_gate(node) or _inside_linear(node)


def _splits_batch(node: Any) -> bool:
    return node.type is OPTYPE.SPLIT and node.grad_fn._saved_dim == 0


def _inside_linear(node: Any) -> bool:
    """Whether a node is part of ``nn.Linear`` on tokens: view, transposed weight, product, view."""
    if node.type is OPTYPE.LINEAR:
        return True
    if _operation(node) == 'T':
        return not node.inputs
    if _operation(node) in ('Addmm', 'Mm'):
        own = [other for other in node.inputs if _operation(other) == 'T' and not other.inputs]
        return len(own) == 1 and len(node.inputs) == 2 and _all_inside_linear(node.outputs)
    return node.type is OPTYPE.RESHAPE and _all_inside_linear(node.outputs)


def _all_inside_linear(nodes: list[Any]) -> bool:
    return bool(nodes) and all(_inside_linear(node) for node in nodes)


def _is_gate(node: Any) -> bool:
    """Whether a node only scales other channels, as in squeeze-and-excitation."""
    return _operation(node) in GATES and all(_operation(o) == 'Mul' for o in node.outputs)
