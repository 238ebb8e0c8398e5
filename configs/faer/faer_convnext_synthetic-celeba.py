"""FAER's attributes on rendered faces, in minutes on two CPU cores.

python tools/render_synthetic.py celeba data/synthetic/celeba --preset small
"""

_base_ = ['./faer_convnext-b_celeba.py', '../_base_/two_cores.py']

data_root = 'data/synthetic/celeba'
image_size = 96
epochs = 14

model = dict(
    backbone=dict(
        _delete_=True,
        type='ConvNeXtMap',
        arch=dict(depths=[1, 1, 3, 1], channels=[32, 64, 128, 256]),
        # PyTorch's own initialisation; ConvNeXt's is meant for hundreds of epochs.
        layer_scale_init_value=0.0,
        init_cfg=None,
    ),
    neck=[
        dict(type='CCAttention', in_channels=256),
        dict(type='FeaturePooling', in_channels=256, norm=dict(type='LN', eps=1e-6)),
    ],
    head=dict(in_channels=256),
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
    optimizer=dict(lr=1e-3, weight_decay=0.05),
    paramwise_cfg=None,
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
face_crop = dict(_delete_=True, type='box', size=112, scale=1.59, shift=(0.02, -0.05))
