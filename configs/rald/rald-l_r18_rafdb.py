"""RALD-L as in paper 003: RAF-DB, seven classes without a hierarchy; 90.58 in the paper."""

_base_ = [
    '../_base_/models/rald_r18.py',
    '../_base_/datasets/rafdb.py',
    '../_base_/schedules/sgd_300e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    neck=dict(
        labels=dict(
            label_tree=None,
            classes=['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral'],
        ),
        hlrr=dict(hierarchy=False),
    ),
    head=dict(num_classes=7),
)
default_hooks = dict(eval_context=dict(type='EvalContextHook', num_per_class=12, seed=0))
custom_hooks = [dict(type='LabelDistributionHook', warmup_epochs=0, neighbors='batch')]
face_crop = dict(type='five_point', size=224, margin=0.0)
