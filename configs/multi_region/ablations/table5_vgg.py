# Table 5 of paper 001, row VGGNet: trained with the penalty, to be pruned by tools/prune.py.
_base_ = '../vgg16bn_rafdb.py'
custom_hooks = [dict(type='ChannelPruningHook', penalty=1e-4)]
