"""The default runtime with the hooks of long trainings on few CPU cores."""

_base_ = './default_runtime.py'

default_hooks = dict(
    checkpoint=dict(interval=1, max_keep_ckpts=1),
    channels_last=dict(type='ChannelsLastHook'),
)
