"""RALD as in paper 003: FG-Emotions, ResNet-18 from scratch, 300 epochs; 97.34 in the paper."""

_base_ = [
    '../_base_/models/rald_r18.py',
    '../_base_/datasets/fgemotions.py',
    '../_base_/schedules/sgd_300e.py',
    '../_base_/default_runtime.py',
]
default_hooks = dict(eval_context=dict(type='EvalContextHook', num_per_class=3, seed=0))
custom_hooks = [dict(type='LabelDistributionHook', warmup_epochs=0, neighbors='batch')]
# The crop of tools/predict.py for photographs: a square around the detected box.
face_crop = dict(type='box', size=224, scale=1.28, shift=(0.02, -0.05))
