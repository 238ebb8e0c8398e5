# The plain network for the first half of the training; to join.
_base_ = '../rald_r18_ferplus-48px.py'
epochs = 10
default_hooks = dict(warm_start=dict(type='WarmStartHook', epochs=epochs // 2))
