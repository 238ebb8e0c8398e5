"""Work-arounds for other libraries' versions, each with its reason and its end.

Import this module before ``mmpretrain``; :mod:`mmfer.registry` does.
"""

import importlib

import torch


def define_missing_torchvision_operators() -> None:
    """Let ``import torchvision`` pass where its compiled part does not load.

    A CPU-only torch beside the torchvision of PyPI, which is built for CUDA, fails with
    ``operator torchvision::nms does not exist``, because torchvision registers fake kernels for
    operators that its library never defined. Defining their schemas is enough: mmfer uses
    torchvision's transforms, never its operators. A matched pair defines its own operators and is
    left alone. Can go once torchvision ships CPU wheels on PyPI.
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

    With ``transformers`` 5 and ``pycocotools`` installed, ``import mmpretrain.models`` fails in
    them, and mmfer uses none. Can go when mmpretrain supports ``transformers`` 5.
    """
    dependency = importlib.import_module('mmpretrain.utils.dependency')
    dependency.WITH_MULTIMODAL = False


def apply() -> None:
    """Apply every work-around, in the order in which they are needed."""
    define_missing_torchvision_operators()
    disable_mmpretrain_multimodal()


apply()
