"""Everything that knows the runner: hooks, banks, audits."""

from mmfer import compat  # noqa: F401  (before mmpretrain)
from mmfer.engine.hooks import *  # noqa: F403
