"""FAER on FERPlus at 48 px, for two cores: a small ConvNeXt from scratch."""

_base_ = [
    '../_base_/models/faer_convnext-b.py',
    '../_base_/models/faer_convnext-small.py',
    '../_base_/datasets/ferplus_48.py',
    '../_base_/schedules/adamw_cosine_10e.py',
    '../_base_/cpu_runtime.py',
]
parts = ['small']
model = dict(
    # Patches of 2 px give the first stage maps of 24 x 24, as in the other networks for 48 px.
    backbone=dict(**_base_.small.backbone, stem_patch_size=2),
    neck=_base_.small.neck,
    head=dict(
        num_classes=8,
        in_channels=256,
        loss=dict(type='LabelSmoothLoss', label_smooth_val=0.0),
        # From scratch, 1e-2 pulls all features to one point before the classes separate.
        feature_losses=[dict(type='CenterLoss', num_classes=8, in_channels=256, loss_weight=1e-3)],
    ),
)
