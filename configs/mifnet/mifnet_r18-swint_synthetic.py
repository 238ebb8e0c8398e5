"""MIFNet, with a slim Swin, on rendered infants, in minutes on two CPU cores.

python tools/render_synthetic.py ifer data/synthetic/ifer --preset small
"""

_base_ = ['./mifnet_r18-swint_ifer.py', '../_base_/two_cores.py']

data_root = 'data/synthetic/ifer'
image_size = 96
epochs = 8

model = dict(
    backbone=dict(
        branch2=dict(
            arch=dict(_delete_=True, embed_dims=48, depths=[1, 1, 2, 1], num_heads=[1, 2, 4, 8]),
            img_size=image_size,
            # Maps of 24, 12, 6 and 3.
            stage_cfgs=[dict(window_size=6), dict(window_size=6), dict(window_size=6)]
            + [dict(window_size=3)],
            drop_path_rate=0.1,
        ),
        in_channels=(512, 384),
    ),
    head=dict(
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=4,
                in_channels=512,
                map_size=3,
                # At 0.6 features from scratch fall onto one point before they are told apart.
                loss_weight=0.05,
            )
        ],
    ),
)

train_pipeline = {{_base_.two_cores.faces_96.train}}
test_pipeline = {{_base_.two_cores.faces_96.test}}
train_dataloader = dict(
    batch_size=32,
    num_workers=0,
    persistent_workers=False,
    drop_last=True,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
val_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
test_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)

optim_wrapper = dict(
    type='CPUAmpOptimWrapper',
    optimizer=dict(_delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05),
)
param_scheduler = dict(
    _delete_=True,
    type='OneCycleLR',
    eta_max=1e-3,
    total_steps=epochs,
    convert_to_iter_based=True,
    by_epoch=True,
)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(
    logger=dict(interval=10),
    channels_last=dict(type='ChannelsLastHook'),
)
face_crop = dict(_delete_=True, type='box', size=112, scale=1.40, shift=(0.03, -0.14))
