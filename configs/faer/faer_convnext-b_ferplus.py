"""FAER with the settings of paper 002 for RAF-DB on FERPlus."""

_base_ = [
    '../_base_/models/faer_convnext-b.py',
    '../_base_/datasets/ferplus.py',
    '../_base_/schedules/adamw_exp_60e.py',
    '../_base_/default_runtime.py',
]

pretrained = 'work_dirs/faer_convnext-b_msceleb/epoch_20.pth'
model = dict(
    backbone=dict(init_cfg=dict(type='Pretrained', checkpoint=pretrained)),
    head=dict(
        num_classes=8,
        feature_losses=[dict(type='CenterLoss', num_classes=8, in_channels=1024, loss_weight=1e-2)],
    ),
)
train_dataloader = dict(batch_size=256)
optim_wrapper = dict(optimizer=dict(lr=2.5e-4))
