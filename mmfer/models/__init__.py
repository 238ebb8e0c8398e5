"""Models; each component has the name that its paper gives it."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.models.backbones import *  # noqa: F403
from mmfer.models.classifiers import *  # noqa: F403
from mmfer.models.heads import *  # noqa: F403
from mmfer.models.landmarkers import *  # noqa: F403
from mmfer.models.losses import *  # noqa: F403
from mmfer.models.necks import *  # noqa: F403
from mmfer.models.preprocessors import *  # noqa: F403
