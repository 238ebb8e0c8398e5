"""RALD with the settings of paper 003 on FERPlus: eight classes under four coarse ones."""

_base_ = [
    '../_base_/models/rald_r18.py',
    '../_base_/datasets/ferplus.py',
    '../_base_/schedules/sgd_300e.py',
    '../_base_/default_runtime.py',
]
model = dict(neck=dict(labels=dict(label_tree='ferplus')), head=dict(num_classes=8))
default_hooks = dict(eval_context=dict(type='EvalContextHook', num_per_class=12, seed=0))
custom_hooks = [dict(type='LabelDistributionHook', warmup_epochs=0, neighbors='batch')]
