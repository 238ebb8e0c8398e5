# Channels last in memory.
_base_ = './plain.py'
default_hooks = dict(channels_last=dict(type='ChannelsLastHook'))
