"""MIFNet as in paper 000 on RAF-DB, seven classes; 89.87 in the paper, 86.29 over classes."""

_base_ = [
    '../_base_/models/mifnet_r18-swint.py',
    '../_base_/datasets/rafdb.py',
    '../_base_/schedules/sgd_100e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(
        branch2=dict(img_size=_base_.image_size, window_size=_base_.image_size // 32),
    ),
    head=dict(
        num_classes=7,
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=7,
                in_channels=512,
                map_size=-(-_base_.image_size // 32),
                loss_weight=0.6,
            )
        ],
    ),
)
train_dataloader = dict(batch_size=64)
test_dataloader = dict(batch_size=64)
val_dataloader = test_dataloader
face_crop = dict(type='five_point', size=224, margin=0.0)
