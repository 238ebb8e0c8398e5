# RALD on rendered faces in minutes on two CPU cores.
_base_ = './rald_r18_fgemotions.py'

data_root = 'data/synthetic/fgemotions'
train_pipeline = [
    dict(type='LoadFace'),
    dict(type='RandomResizedCrop', scale=96, crop_ratio_range=(0.85, 1.0)),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadFace'),
    dict(type='Resize', scale=(96, 96)),
    dict(type='PackInputs'),
]
train_dataloader = dict(
    batch_size=32,
    num_workers=1,
    drop_last=True,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
# The epochs and settings were chosen on held-out training images, never on the test set.
val_dataloader = dict(
    num_workers=1,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
test_dataloader = val_dataloader

epochs = 14
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
train_cfg = dict(max_epochs=epochs, val_interval=2)
default_hooks = dict(
    # Images that attend to each other before they are told apart average each other away.
    warm_start=dict(type='WarmStartHook', epochs=8),
    channels_last=dict(type='ChannelsLastHook'),
)
