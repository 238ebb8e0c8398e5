"""Everything that knows the runner: hooks, banks, audits."""

from mmfer.engine.hooks import *  # noqa: F403
