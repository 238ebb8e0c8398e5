"""RALD-L as in paper 003 on AffectNet-7; 65.24 in the paper, with other numbers of images."""

_base_ = [
    '../_base_/models/rald_r18.py',
    '../_base_/datasets/affectnet.py',
    '../_base_/schedules/sgd_300e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    neck=dict(
        labels=dict(
            label_tree=None,
            classes=['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger'],
        ),
        hlrr=dict(hierarchy=False),
    ),
    head=dict(num_classes=7),
)
default_hooks = dict(eval_context=dict(type='EvalContextHook', num_per_class=12, seed=0))
custom_hooks = [dict(type='LabelDistributionHook', warmup_epochs=0, neighbors='batch')]
face_crop = dict(type='box', size=224, scale=1.28, shift=(0.02, -0.05))
