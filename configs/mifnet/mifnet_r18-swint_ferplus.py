"""MIFNet with the settings of paper 000 on FERPlus."""

_base_ = [
    '../_base_/models/mifnet_r18-swint.py',
    '../_base_/datasets/ferplus.py',
    '../_base_/schedules/sgd_100e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(
        branch2=dict(img_size=_base_.image_size, window_size=_base_.image_size // 32),
    ),
    head=dict(
        num_classes=8,
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=8,
                in_channels=512,
                map_size=-(-_base_.image_size // 32),
                loss_weight=0.6,
            )
        ],
    ),
)
train_dataloader = dict(batch_size=64)
val_dataloader = dict(batch_size=64)
test_dataloader = dict(batch_size=64)
