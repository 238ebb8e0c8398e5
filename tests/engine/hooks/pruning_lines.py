"""Lines of a config with ChannelPruningHook."""

from typing import Any

SCHEDULE = "param_scheduler = dict(type='MultiStepLR', milestones=[1, 3], gamma=0.1)\n"


def pruning(epochs: int = 4, hooks: tuple[dict, ...] = (), **options: Any) -> str:
    hook = {'type': 'ChannelPruningHook', 'penalty': 0.01, 'ratio': 0.5, 'epoch': 2, **options}
    return (
        f"{SCHEDULE}train_cfg['max_epochs'] = {epochs}\ncustom_hooks = {[*hooks, hook]}\n"
        'default_hooks = dict(checkpoint=dict(max_keep_ckpts=-1))\n'
    )
