"""MIFNet as in paper 000: IFER, four classes; 95.46 in the paper, 96.34 over classes."""

_base_ = [
    '../_base_/models/mifnet_r18-swint.py',
    '../_base_/datasets/ifer.py',
    '../_base_/schedules/sgd_100e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(
        branch2=dict(img_size=_base_.image_size, window_size=_base_.image_size // 32),
    ),
    head=dict(
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=4,
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
# The crop of tools/predict.py for photographs: five points at fixed places, 256 px.
face_crop = dict(type='five_point', size=256, margin=0.0)
