"""MIFNet with the settings of paper 000 on FERPlus."""

_base_ = [
    '../_base_/models/mifnet_r18-swint.py',
    '../_base_/datasets/ferplus.py',
    '../_base_/schedules/sgd_100e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    head=dict(
        num_classes=8,
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=8,
                in_channels=512,
                map_size=7,
                loss_weight=0.6,
            )
        ],
    )
)
train_dataloader = dict(batch_size=64)
val_dataloader = dict(batch_size=64)
test_dataloader = dict(batch_size=64)
