"""MIFNet on FERPlus at 48 px, for two cores: a narrow ResNet-18 and a slim Swin."""

_base_ = [
    '../_base_/models/mifnet_r18-swint.py',
    '../_base_/datasets/ferplus_48.py',
    '../_base_/schedules/adamw_cosine_10e.py',
    '../_base_/cpu_runtime.py',
]
# Half of the training.
warmup_steps = 1000
model = dict(
    backbone=dict(
        branch1=dict(type='ResNet_CIFAR', stem_channels=24, base_channels=24, strides=(2, 2, 2, 2)),
        # Patches of 2 px: the maps have sides of 24, 12, 6 and 3, as those of the other branch.
        branch2=dict(
            img_size=_base_.face_size,
            patch_size=2,
            arch=dict(_delete_=True, embed_dims=48, depths=[1, 1, 2, 1], num_heads=[1, 2, 4, 8]),
            stage_cfgs=[dict(window_size=_base_.face_size // 16)] * 4,
            drop_path_rate=0.1,
        ),
        in_channels=(192, 384),
    ),
    neck=[dict(type='HDAM', in_channels=192, mode='parallel'), dict(type='FeaturePooling')],
    head=dict(
        num_classes=8,
        in_channels=192,
        loss=dict(type='LabelSmoothLoss', label_smooth_val=0.0),
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=8,
                in_channels=192,
                map_size=_base_.face_size // 16,
                # From scratch, 0.6 pulls all features to one point before the classes separate.
                loss_weight=0.05,
            )
        ],
    ),
)
