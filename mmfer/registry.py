"""The registries of mmfer, and the registration of all its components.

Each registry is a child of mmpretrain's registry of the same name, hence a grandchild of
mmengine's. Names without a scope of all three libraries resolve in the default scope ``mmfer``::

    model = dict(type='ImageClassifier', backbone=dict(type='ResNet', depth=18), ...)
"""

from mmfer.checks import openmmlab_check  # noqa: F401  (before mmengine)

# isort: split
import importlib
from typing import Any

from mmengine.model import PretrainedInit
from mmengine.registry import WEIGHT_INITIALIZERS as ROOT_INITIALIZERS
from mmengine.registry import DefaultScope, Registry

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.plugins import load_plugins

import mmpretrain.registry as parents  # isort: skip


class _Node(Registry):
    """A registry that finds its components by their path, too, as in a dumped Python-style config.

    mmengine follows a path from its first module, and loses it where a function has the name of a
    module, as in ``mmfer.models.losses.wing_loss.WingLoss``.
    """

    def get(self, key: Any) -> Any:
        """The component with a name or a path; None if there is none."""
        if isinstance(key, str) and key.count('.') > 1:
            self.import_from_location()
            # A parent has cut off the scope.
            paths = (key, f'{self.scope}.{key}')
            for kind in self.module_dict.values():
                if f'{kind.__module__}.{getattr(kind, "__qualname__", "")}' in paths:
                    return kind
        return super().get(key)


def _grandchild(name: str, package: str) -> Registry:
    parent = getattr(parents, name)
    # The parent's location is listed, too: a lookup in a child imports only the child's modules.
    return _Node(
        parent.name,
        parent=parent,
        scope='mmfer',
        locations=[f'mmpretrain.{package}', f'mmfer.{package}'],
    )


RUNNERS = _grandchild('RUNNERS', 'engine')
RUNNER_CONSTRUCTORS = _grandchild('RUNNER_CONSTRUCTORS', 'engine')
LOOPS = _grandchild('LOOPS', 'engine')
HOOKS = _grandchild('HOOKS', 'engine')
LOG_PROCESSORS = _grandchild('LOG_PROCESSORS', 'engine')
OPTIMIZERS = _grandchild('OPTIMIZERS', 'engine')
OPTIM_WRAPPERS = _grandchild('OPTIM_WRAPPERS', 'engine')
OPTIM_WRAPPER_CONSTRUCTORS = _grandchild('OPTIM_WRAPPER_CONSTRUCTORS', 'engine')
PARAM_SCHEDULERS = _grandchild('PARAM_SCHEDULERS', 'engine')
DATASETS = _grandchild('DATASETS', 'datasets')
DATA_SAMPLERS = _grandchild('DATA_SAMPLERS', 'datasets')
TRANSFORMS = _grandchild('TRANSFORMS', 'datasets')
MODELS = _grandchild('MODELS', 'models')
MODEL_WRAPPERS = _grandchild('MODEL_WRAPPERS', 'models')
WEIGHT_INITIALIZERS = _grandchild('WEIGHT_INITIALIZERS', 'engine')
BATCH_AUGMENTS = _grandchild('BATCH_AUGMENTS', 'models')
TASK_UTILS = _grandchild('TASK_UTILS', 'models')
METRICS = _grandchild('METRICS', 'evaluation')
EVALUATORS = _grandchild('EVALUATORS', 'evaluation')
VISUALIZERS = _grandchild('VISUALIZERS', 'visualization')
VISBACKENDS = _grandchild('VISBACKENDS', 'visualization')


@ROOT_INITIALIZERS.register_module('Pretrained', force=True)
def _pretrained(**options: Any) -> Any:
    """mmfer's initializer for a script without a default scope.

    mmengine's would load nothing from a file with other names, and training would start from random
    weights. In the scope of another library, mmengine's initializer stays.
    """
    if DefaultScope.get_current_instance() is not None:
        return PretrainedInit(**options)
    importlib.import_module('mmfer.engine')
    return WEIGHT_INITIALIZERS.get('Pretrained')(**options)


def register_all_modules(init_default_scope: bool = True) -> None:
    """Import all modules of mmfer and of its plugins, which registers their components.

    Another package adds components by an entry point in the group ``mmfer.plugins`` that names the
    module to import::

        setup(..., entry_points={'mmfer.plugins': ['my_package = my_package.components']})

    A plugin that fails to import, or takes the name of another component, is skipped with a
    warning, see :func:`mmfer.plugins.load_plugins`.

    Args:
        init_default_scope: Make ``mmfer`` the current default scope, so that
            ``MODELS.build(dict(type='HIFENet'))`` works outside a runner.
    """
    for package in ('datasets', 'engine', 'evaluation', 'models', 'visualization'):
        importlib.import_module(f'mmpretrain.{package}')
        importlib.import_module(f'mmfer.{package}')
    load_plugins([one for one in globals().values() if isinstance(one, Registry)])
    if init_default_scope and DefaultScope.get_current_instance() is None:
        DefaultScope.get_instance('mmfer', scope_name='mmfer')
