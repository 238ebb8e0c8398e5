"""Workarounds for versions of other libraries, each with its reason and when it can be removed.

Import this module before ``mmpretrain``, as :mod:`mmfer.registry` does. The workarounds suit both
the lite and the full ``mmcv``. mmfer uses neither ``mmcv.ops`` nor ``pkg_resources``; setuptools 82
removed the latter, so configs inherit by relative paths, or shipped ones by ``mmfer::``.
"""

from mmfer.checks import openmmlab_check  # noqa: F401  (before mmengine)

# isort: split
import importlib
import os
import pkgutil
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.optim import OptimWrapper

from mmfer.resources import SHIPPED, shipped_base


def define_missing_torchvision_operators() -> None:
    """Make ``import torchvision`` succeed if its compiled library does not load.

    With a CPU-only torch and the torchvision of PyPI, which is built for CUDA, the import fails
    with ``operator torchvision::nms does not exist``, because torchvision registers fake kernels
    for operators that its library never defined. The schemas of these operators suffice, because
    mmfer uses only the transforms of torchvision. A matching pair of torch and torchvision defines
    the operators itself and is not changed. Removable once torchvision ships CPU wheels on PyPI.
    """
    try:
        importlib.import_module('torchvision')
        return
    except RuntimeError as error:
        if 'torchvision::' not in str(error):
            raise
    library = torch.library.Library('torchvision', 'DEF')
    library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    library.define('qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    # The library object deregisters its operators when it is collected.
    define_missing_torchvision_operators.library = library  # type: ignore[attr-defined]
    importlib.import_module('torchvision')


def disable_mmpretrain_multimodal() -> None:
    """Keep mmpretrain from importing its multi-modal models.

    With ``transformers`` 5 and ``pycocotools`` installed, these models make
    ``import mmpretrain.models`` fail; mmfer does not use them. Removable once mmpretrain supports
    ``transformers`` 5.
    """
    dependency: Any = importlib.import_module('mmpretrain.utils.dependency')
    dependency.WITH_MULTIMODAL = False


def _history_statistic(owner: Any, name: str) -> Callable[..., Any]:
    """Replacement of ``getattr`` in checkpoints that gives only the statistics of HistoryBuffer."""
    statistics: dict[str, Callable[..., Any]] = {
        'min': HistoryBuffer.min,
        'max': HistoryBuffer.max,
        'mean': HistoryBuffer.mean,
        'current': HistoryBuffer.current,
    }
    if owner is not HistoryBuffer or name not in statistics:
        raise ValueError(
            f'A checkpoint asks for the attribute "{name}" of {owner!r}, but may load only the '
            'statistics of HistoryBuffer.'
        )
    return statistics[name]


def allow_checkpoint_types() -> None:
    """Let ``torch.load(weights_only=True)`` read mmengine's checkpoints.

    These checkpoints hold the logged scalars as :class:`HistoryBuffer`, which refers to its own
    methods (through ``getattr``) and to NumPy arrays. ``weights_only`` stays on, because a
    checkpoint from elsewhere must never run code. ``getattr`` is replaced by a lookup of the four
    methods. Removable once mmengine writes plain types.
    """
    scalars = (np.float16, np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_)
    multiarray = importlib.import_module('numpy._core.multiarray')
    torch.serialization.add_safe_globals(
        [
            HistoryBuffer,
            (_history_statistic, 'builtins.getattr'),
            np.ndarray,
            np.dtype,
            *{type(np.dtype(scalar)) for scalar in scalars},
            # NumPy 1 and NumPy 2 write different names of the same function.
            (multiarray._reconstruct, 'numpy._core.multiarray._reconstruct'),
            (multiarray._reconstruct, 'numpy.core.multiarray._reconstruct'),
            (multiarray.scalar, 'numpy._core.multiarray.scalar'),
            (multiarray.scalar, 'numpy.core.multiarray.scalar'),
        ]
    )


def refuse_pickled_objects() -> None:
    """Keep every ``torch.load`` of the process from running code in a file.

    mmengine's and mmpretrain's own loaders, timm's and ``torch.hub`` partly ask for
    ``weights_only=False``. PyTorch's own switch overrules them, unless the user has set it, or the
    opposite one, in the environment. Can go when no library of ours asks for it any more.
    """
    if 'TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD' not in os.environ:
        os.environ.setdefault('TORCH_FORCE_WEIGHTS_ONLY_LOAD', '1')


def silence_expected_warnings() -> None:
    """Hide warnings of other libraries on which users of mmfer cannot act.

    - mmcv-lite warns at every import about a missing operator, which mmfer does not use.
    - mmengine 0.10 uses PyTorch's ``torch.cuda.amp.GradScaler`` (deprecated since 2.4) and
      ``broadcast_buffers`` (deprecated since 2.13), and setuptools' ``pkg_resources``.
    - PyTorch 2.13 uses its own deprecated ``LeafSpec`` when it exports a model, and warns of
      weights elsewhere when it saves a program whose weights are on the CPU.
    - mmengine 0.10 logs that its own ``FileClient`` is deprecated whenever it saves a checkpoint;
      that module logs nothing else.

    Each filter is removable once its library no longer warns.
    """
    for message in (
        'Fail to import ``MultiScaleDeformableAttention``',
        r'`torch\.cuda\.amp\.GradScaler\(args\.\.\.\)` is deprecated',
        r'`broadcast_buffers` is deprecated',
        'pkg_resources is deprecated as an API',
        r'`isinstance\(treespec, LeafSpec\)` is deprecated',
        'No complete tensor found in the group! Returning the first one',
    ):
        warnings.filterwarnings('ignore', message=message)
    file_client: Any = importlib.import_module('mmengine.fileio.file_client')
    file_client.print_log = lambda *args, **options: None


def keep_functions_out_of_scheduler_states() -> None:
    """Make checkpoints of a one-cycle schedule loadable.

    mmengine's ``OneCycleParamScheduler`` keeps its annealing function in its state dict and thus in
    the checkpoint. ``torch.load`` refuses such a checkpoint, because functions could run code. A
    scheduler creates its functions when it is built, so checkpoints need not store them. Removable
    once mmengine leaves the functions out.
    """
    scheduler = importlib.import_module('mmengine.optim.scheduler.param_scheduler')._ParamScheduler
    original = scheduler.state_dict
    if getattr(original, 'without_functions', False):
        return

    def state_dict(self: Any) -> dict[str, Any]:
        return {name: value for name, value in original(self).items() if not callable(value)}

    state_dict.without_functions = True  # type: ignore[attr-defined]
    scheduler.state_dict = state_dict


def restore_find_loader() -> None:
    """Give ``pkgutil`` the function by which mmengine and mmcv look for mmcv's operators.

    Python 3.14 removed it, and without it no test or training starts. Removable once mmengine and
    mmcv use :func:`importlib.util.find_spec`.
    """
    module: Any = pkgutil
    if not hasattr(module, 'find_loader'):
        module.find_loader = lambda name: getattr(find_spec(name), 'loader', None)


def find_shipped_configs() -> None:
    """Let a config in any folder inherit ``_base_ = 'mmfer::custom/resnet18_my_folder.py'``.

    mmengine finds only the configs of the packages in a list of its own. Removable once other
    packages can add themselves to this list.
    """
    original = Config._get_cfg_path
    if getattr(original, 'of_mmfer', False):
        return

    def path_and_scope(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(SHIPPED):
            return str(shipped_base(cfg_path)), None
        return original(cfg_path, filename)

    path_and_scope.of_mmfer = True  # type: ignore[attr-defined]
    Config._get_cfg_path = staticmethod(path_and_scope)


def compile_without_updates() -> None:
    """Let ``compile=True`` of a config compile the model, and not the step of the optimizer.

    mmengine compiles ``train_step`` as a whole. PyTorch cannot trace an optimizer whose groups of
    parameters are ``ConfigDict``, as with ``paramwise_cfg``, and compiles the step anew for new
    learning rates. :func:`mmfer.engine.training.build_runner` calls this for a config with
    ``compile``. Removable once mmengine compiles the model alone.
    """
    original = OptimWrapper.update_params
    if getattr(original, 'uncompiled', False):
        return
    update_params: Any = torch.compiler.disable(original)
    update_params.uncompiled = True
    OptimWrapper.update_params = update_params


def apply() -> None:
    """Apply all workarounds in the necessary order."""
    silence_expected_warnings()
    restore_find_loader()
    find_shipped_configs()
    define_missing_torchvision_operators()
    disable_mmpretrain_multimodal()
    refuse_pickled_objects()
    allow_checkpoint_types()
    keep_functions_out_of_scheduler_states()


apply()
