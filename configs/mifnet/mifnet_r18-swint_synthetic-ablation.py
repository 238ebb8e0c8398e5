"""Rendered infants, few and small, for comparing many variants over several seeds.

Half as wide as ResNet-18 and with a slim Swin, in every row the same.

    python tools/render_synthetic.py ifer data/synthetic/ifer-ablation \
        --preset hard --images 2000 --size 80
"""

_base_ = './mifnet_r18-swint_synthetic.py'

data_root = 'data/synthetic/ifer-ablation'
image_size = 80
epochs = 8

model = dict(
    backbone=dict(
        branch1=dict(stem_channels=32, base_channels=32),
        branch2=dict(
            img_size=image_size,
            # Maps of 20, 10, 5 and 3.
            stage_cfgs=[dict(window_size=5), dict(window_size=5), dict(window_size=5)]
            + [dict(window_size=3)],
        ),
        in_channels=(256, 384),
    ),
    neck=[
        dict(type='HDAM', in_channels=256, mode='parallel'),
        dict(type='FeaturePooling'),
    ],
    head=dict(
        in_channels=256,
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=4,
                in_channels=256,
                map_size=3,
                loss_weight=0.05,
            )
        ],
    ),
)

train_pipeline = {{_base_.two_cores.faces_80.train}}
test_pipeline = {{_base_.two_cores.faces_80.test}}
train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))

param_scheduler = dict(total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(checkpoint=dict(interval=epochs, max_keep_ckpts=1))
face_crop = dict(size=80)
