# Table 5 of paper 001: trained with the penalty on the scales, to be pruned by tools/prune.py.
_base_ = '../multi_region_vgg16bn_rafdb.py'
custom_hooks = [dict(type='ChannelPruningHook', penalty=1e-4)]
